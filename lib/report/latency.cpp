#include "report/latency.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace mqtt_toolbox::report {
namespace {

/// As many digits, whatever the size; of three: "1.23", "12.3", "123".
std::string with_digits(double value, int digits) {
  const double half = 0.5 * std::pow(10, 3 - digits);
  const int whole = value >= 100 - half / 10 ? 3 : value >= 10 - half / 100 ? 2 : 1;
  return fmt::format("{:.{}f}", value, digits - whole);
}

std::string with_commas(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  return digits;
}

}  // namespace

const LatencyKind& principal_latency(load::Scenario scenario) {
  auto load::Latencies::*const wanted = [scenario]() -> load::Histogram load::Latencies::* {
    switch (scenario) {
      case load::Scenario::connect: return &load::Latencies::connack;
      case load::Scenario::publish: return &load::Latencies::acknowledged_from_due;
      case load::Scenario::subscribe:
      case load::Scenario::roundtrip: break;
    }
    return &load::Latencies::received_from_due;
  }();
  for (const LatencyKind& kind : latency_kinds)
    if (kind.histogram == wanted) return kind;
  return latency_kinds.front();
}

std::string show_nanoseconds(double nanoseconds, int digits) {
  const double thousand = 1000 - 0.5 * std::pow(10, 3 - digits);
  if (nanoseconds < 999.5) return fmt::format("{:.0f} ns", nanoseconds);
  if (nanoseconds < thousand * 1e3) return with_digits(nanoseconds / 1e3, digits) + " us";
  if (nanoseconds < thousand * 1e6) return with_digits(nanoseconds / 1e6, digits) + " ms";
  return with_digits(nanoseconds / 1e9, digits) + " s";
}

std::string show_percentile(const load::Histogram& histogram, double percent) {
  const std::uint64_t value = std::min(histogram.at_percentile(percent), histogram.maximum());
  return show_nanoseconds(static_cast<double>(value));
}

std::string show_count(double count) {
  if (count < 9'999'999.5) {
    const bool fraction = count < 100 && count != std::floor(count);
    return fraction ? fmt::format("{:.1f}", count)
                    : with_commas(static_cast<std::uint64_t>(std::llround(count)));
  }
  return count < 999.5e6 ? with_digits(count / 1e6, 3) + " M" : with_digits(count / 1e9, 3) + " G";
}

}  // namespace mqtt_toolbox::report
