#include "report/summary_bars.hpp"

#include <algorithm>
#include <cmath>

namespace mqtt_toolbox::report {

std::vector<Bar> bars_of(const load::Histogram& histogram, std::size_t bars) {
  std::vector<Bar> result;
  if (histogram.count() == 0) return result;
  const auto from = static_cast<double>(std::max<std::uint64_t>(histogram.minimum(), 1));
  const double ratio = static_cast<double>(histogram.at_percentile(99.9)) / from;
  std::uint64_t low = histogram.minimum(), counted = 0;
  for (std::size_t i = 1; i <= bars; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(bars - 1);
    const bool last = i == bars;
    const auto edge = static_cast<std::uint64_t>(from * std::pow(ratio, share));
    const std::uint64_t high = last ? histogram.maximum() : std::min(edge, histogram.maximum());
    const std::uint64_t up_to = last ? histogram.count() : histogram.count_up_to(high);
    if (high > low || up_to > counted) result.push_back({low, high, up_to - counted});
    low = high;
    counted = up_to;
  }
  return result;
}

}  // namespace mqtt_toolbox::report
