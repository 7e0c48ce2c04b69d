#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/export.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::load {

/// Counts of durations in nanoseconds, in HdrHistogram's layout: values from 1 to `highest`, each
/// kept with three significant decimal digits (an error of at most 0.1 %), in fixed memory. What is
/// larger than `highest` counts as `highest`; 0 counts as 1. An empty histogram has no memory: the
/// first value takes all of it (264 KiB), and recording does not allocate from then on.
class MQTT_TOOLBOX_API Histogram {
 public:
  /// An hour, and what HdrHistogram rounds it up to.
  static constexpr std::uint64_t highest = 3'600'000'000'000;

  Histogram() = default;

  void record(std::uint64_t nanoseconds) { record(nanoseconds, 1); }
  void record(std::uint64_t nanoseconds, std::uint64_t count);
  /// A negative one counts as 0.
  void record(Duration duration) {
    record(static_cast<std::uint64_t>(std::max(duration, Duration(0)).count()));
  }
  /// Adds all counts of the other one.
  void merge(const Histogram& other);
  /// Forgets everything, keeps the memory.
  void reset();
  /// Takes the memory now, so that the first value does not.
  void reserve();
  /// A copy that owns no more than the cells between its extremes, for keeping.
  Histogram compact() const;

  std::uint64_t count() const { return count_; }
  /// The exact extremes; 0 when nothing was recorded.
  std::uint64_t minimum() const { return count_ == 0 ? 0 : minimum_; }
  std::uint64_t maximum() const { return maximum_; }
  double mean() const;
  double standard_deviation() const;
  /// The value that `percentile` per cent (0 to 100) of the recorded values do not exceed: the
  /// highest value of its cell, as HdrHistogram's own implementations say it. 0 when empty.
  std::uint64_t at_percentile(double percentile) const;
  /// How many values lie in the cells up to the one of `nanoseconds`, that one included.
  std::uint64_t count_up_to(std::uint64_t nanoseconds) const;

  /// Cells, in HdrHistogram's order (its counts array index); all of them, empty ones included.
  static std::size_t cells();
  std::uint64_t cell_count(std::size_t cell) const {
    return cell - first_ < counts_.size() ? counts_[cell - first_] : 0;
  }
  static std::size_t cell_of(std::uint64_t nanoseconds);
  /// The lowest and the highest value that the cell holds.
  static std::uint64_t lowest_in(std::size_t cell);
  static std::uint64_t highest_in(std::size_t cell);
  /// Adds to a cell directly, as a reader of logs does; extremes become those of the cell.
  void add_to_cell(std::size_t cell, std::uint64_t count);

 private:
  void count_in(std::size_t cell, std::uint64_t count);
  /// The cells between the extremes; no others hold counts.
  std::span<const std::uint64_t> used() const;

  std::vector<std::uint64_t> counts_;  ///< from cell `first_` on
  std::size_t first_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t minimum_ = UINT64_MAX;
  std::uint64_t maximum_ = 0;
};

}  // namespace mqtt_toolbox::load
