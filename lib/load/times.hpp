#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace mqtt_toolbox::load {

/// The times of a run, on the monotonic clock, the same for all its workers. All but the first are
/// `never` until they are known.
struct Times {
  Time started{};           ///< the run's; intervals count from here until the measured time
  Time publishing = never;  ///< the schedule's origin
  Time measured = never;    ///< the warm-up is over
  Time end = never;         ///< nothing is due from here on
};

/// When the interval under way at `now` ends: intervals count from the start of the run until the
/// measured time begins, and from there on.
inline Time end_of_interval(const Times& times, Time now, Duration interval) {
  const bool is_measured = times.measured != never && now >= times.measured;
  const Time origin = is_measured ? times.measured : times.started;
  Time end = origin + ((now - origin) / interval + 1) * interval;
  if (!is_measured) end = std::min(end, times.measured);
  return std::min(end, times.end);
}

/// Between the last connect and the first message, so that all workers know when it is.
inline constexpr Duration head_start = std::chrono::milliseconds(20);
/// How often what is in flight is looked at, at the end.
inline constexpr Duration drain_check = std::chrono::milliseconds(2);

}  // namespace mqtt_toolbox::load
