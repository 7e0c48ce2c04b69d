#include "report/latency.hpp"

#include <cmath>

#include <fmt/format.h>

namespace mqtt_toolbox::report {
namespace {

/// Three digits, whatever the size: "1.23", "12.3", "123".
std::string three_digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value >= 9.995 ? 1 : 2);
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

std::string show_nanoseconds(double nanoseconds) {
  if (nanoseconds < 999.5) return fmt::format("{:.0f} ns", nanoseconds);
  if (nanoseconds < 999.5e3) return three_digits(nanoseconds / 1e3) + " us";
  if (nanoseconds < 999.5e6) return three_digits(nanoseconds / 1e6) + " ms";
  return three_digits(nanoseconds / 1e9) + " s";
}

std::string show_count(double count) {
  if (count < 9'999'999.5) {
    const bool fraction = count < 100 && count != std::floor(count);
    return fraction ? fmt::format("{:.1f}", count)
                    : with_commas(static_cast<std::uint64_t>(std::llround(count)));
  }
  return count < 999.5e6 ? three_digits(count / 1e6) + " M" : three_digits(count / 1e9) + " G";
}

}  // namespace mqtt_toolbox::report
