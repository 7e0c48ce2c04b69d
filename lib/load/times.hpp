#pragma once

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

/// Between the last connect and the first message, so that all workers know when it is.
inline constexpr Duration head_start = std::chrono::milliseconds(20);
/// How often what is in flight is looked at, at the end.
inline constexpr Duration drain_check = std::chrono::milliseconds(2);

}  // namespace mqtt_toolbox::load
