#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "report/latency.hpp"
#include "report/series.hpp"
#include "report/summary.hpp"

namespace mqtt_toolbox::report {
namespace {

/// How much of the run is over, 0 to 1; nullopt when its end is not known.
std::optional<double> progress(const load::Interval& interval, const load::Counters& total,
                               const Setup& setup) {
  double share = 0;
  if (setup.messages > 0) {
    share = static_cast<double>(total.sent) / static_cast<double>(setup.messages);
  } else if (setup.duration.count() > 0) {
    share = static_cast<double>(interval.end.count()) /
            static_cast<double>((setup.warmup + setup.duration).count());
  } else {
    return std::nullopt;
  }
  return std::clamp(share, 0.0, 1.0);
}

std::string rate_text(const load::Interval& interval, const Setup& setup, Duration length) {
  const load::Counters& counters = interval.counters;
  const auto rate = [&](std::uint64_t count) { return show_count(per_second(count, length)); };
  switch (setup.scenario) {
    case load::Scenario::connect: return rate(counters.connects_succeeded) + " connects/s";
    case load::Scenario::subscribe: return rate(counters.received) + " received/s";
    case load::Scenario::publish: return rate(counters.sent) + " sent/s";
    case load::Scenario::roundtrip: break;
  }
  return rate(counters.sent) + " sent/s, " + rate(counters.received) + " received/s";
}

std::string latency_text(const load::Interval& interval) {
  const load::Histogram& histogram =
      interval.received.count() > 0 ? interval.received : interval.acknowledged;
  if (histogram.count() == 0) return {};
  return "p50 " + show_percentile(histogram, 50) + " p99 " + show_percentile(histogram, 99);
}

std::string bar(double share, std::size_t width) {
  const std::size_t cells = width - 7;
  const auto full = static_cast<std::size_t>(share * static_cast<double>(cells));
  return fmt::format("[{:-<{}}] {:>3.0f}%", std::string(full, '#'), cells, 100 * share);
}

constexpr std::size_t narrowest_bar = 12;
constexpr std::size_t widest_bar = 27;

}  // namespace

std::string live_line(const load::Interval& interval, const load::Counters& total,
                      const Setup& setup, Duration length, std::size_t width) {
  std::string line = fmt::format("{:.0f} s{}", static_cast<double>(interval.end.count()) / 1e9,
                                 interval.warmup ? " (warm-up)" : "");
  // In the order of what can least be done without.
  for (const std::string& part :
       {rate_text(interval, setup, length), latency_text(interval),
        fmt::format("errors {}", show_count(static_cast<double>(errors(total)))),
        fmt::format("in flight {}", show_count(static_cast<double>(interval.in_flight)))})
    if (!part.empty() && line.size() + 2 + part.size() <= width) line += "  " + part;
  const std::size_t room = width > line.size() + 2 ? width - line.size() - 2 : 0;
  if (const auto share = progress(interval, total, setup); share && room >= narrowest_bar)
    line += "  " + bar(*share, std::min(room, widest_bar));
  return line;
}

}  // namespace mqtt_toolbox::report
