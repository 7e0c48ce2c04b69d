#include "report/series.hpp"

#include <algorithm>

namespace mqtt_toolbox::report {

Duration IntervalLengths::next(Duration end) {
  Duration length = end - last_end_.value_or(Duration{});
  if (!last_end_ && usual_.count() > 0) length = std::min(length, usual_);
  last_end_ = end;
  return length;
}

std::vector<Duration> interval_lengths(const load::Measurement& measurement, Duration interval) {
  std::vector<Duration> lengths;
  IntervalLengths length(interval);
  for (const load::Interval& each : measurement.intervals) lengths.push_back(length.next(each.end));
  return lengths;
}

void Series::add(const load::Interval& interval, Duration late, Duration length) {
  if (length.count() <= 0) return;
  load::Interval moved = interval;
  moved.end += late;
  const auto [found, is_new] = by_place_.try_emplace((moved.end + length / 2) / length, moved);
  if (!is_new) found->second.add(moved);
}

std::vector<load::Interval> Series::intervals() const {
  std::vector<load::Interval> all;
  for (const auto& [place, interval] : by_place_) all.push_back(interval);
  return all;
}

double per_second(std::uint64_t count, Duration time) {
  const auto nanoseconds = static_cast<double>(time.count());
  return nanoseconds <= 0 ? 0 : static_cast<double>(count) * 1e9 / nanoseconds;
}

}  // namespace mqtt_toolbox::report
