#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/export.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// How long each interval of a run is, one after the other: from the end of the one before. The
/// first begins when clients are ready, which is not the start of the run; it counts as no longer
/// than an interval is.
class MQTT_TOOLBOX_API IntervalLengths {
 public:
  explicit IntervalLengths(Duration usual) : usual_(usual) {}
  /// Of the interval that ends then.
  Duration next(Duration end);

 private:
  Duration usual_;
  std::optional<Duration> last_end_;
};

std::vector<Duration> interval_lengths(const load::Measurement& measurement, Duration interval);

/// The intervals of several processes added up, each where its end is by its length.
class MQTT_TOOLBOX_API Series {
 public:
  /// The interval's own start was `late` after the common one. Without a `length` nothing is added.
  void add(const load::Interval& interval, Duration late, Duration length);
  /// In the order of time.
  std::vector<load::Interval> intervals() const;

 private:
  std::map<std::int64_t, load::Interval> by_place_;
};

/// Events a second.
double per_second(std::uint64_t count, Duration time);

}  // namespace mqtt_toolbox::report
