#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "load/histogram.hpp"

namespace mqtt_toolbox::report {

/// Values above `low` and up to `high`, nanoseconds.
struct Bar {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t count = 0;
};

/// The histogram in `bars` ranges, at least 2: all but the last of equal ratios from the minimum to
/// the 99.9th percentile, the last one what is above, up to the maximum.
std::vector<Bar> bars_of(const load::Histogram& histogram, std::size_t bars);

}  // namespace mqtt_toolbox::report
