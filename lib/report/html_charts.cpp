#include "report/html_charts.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "report/latency.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::report {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double in_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

std::string show_seconds(double seconds) {
  return fmt::format("{:g} s", seconds);
}

/// "12 k" rather than "12,000": the axis is narrow.
std::string show_short(double count) {
  if (count >= 1e6) return fmt::format("{:g} M", count / 1e6);
  return count >= 1e3 ? fmt::format("{:g} k", count / 1e3) : fmt::format("{:g}", count);
}

std::string show_axis_time(double nanoseconds) {
  if (nanoseconds >= 1e9) return fmt::format("{:g} s", nanoseconds / 1e9);
  if (nanoseconds >= 1e6) return fmt::format("{:g} ms", nanoseconds / 1e6);
  return nanoseconds >= 1e3 ? fmt::format("{:g} us", nanoseconds / 1e3)
                            : fmt::format("{:g} ns", nanoseconds);
}

std::string label(std::span<const NamedResult> runs, const NamedResult& run,
                  std::string_view what) {
  return runs.size() == 1 ? std::string(what) : fmt::format("{}: {}", run.name, what);
}

double warmup_end(std::span<const NamedResult> runs) {
  double end = 0;
  // Without a warm-up these intervals are those of connecting.
  if (runs.size() == 1 && runs.front().result.setup.warmup.count() > 0)
    for (const load::Interval& interval : runs.front().result.measurement.intervals)
      if (interval.warmup) end = in_seconds(interval.end);
  return end;
}

ChartLine rate_line(const NamedResult& run, std::uint64_t load::Counters::*count, bool dashed,
                    std::string text) {
  ChartLine line;
  line.dashed = dashed;
  line.label = std::move(text);
  const load::Measurement& measurement = run.result.measurement;
  const auto lengths = interval_lengths(measurement, run.result.setup.interval);
  bool any = false;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const load::Interval& interval = measurement.intervals[i];
    const double rate = per_second(interval.counters.*count, lengths[i]);
    any = any || rate > 0;
    // While the clients connect there is nothing to see yet.
    line.points.push_back({in_seconds(interval.end), any ? rate : nothing,
                           fmt::format("{} at {:.1f} s: {}/s", line.label, in_seconds(interval.end),
                                       show_count(rate))});
  }
  if (!any) line.points.clear();
  return line;
}

/// The interval histogram of what the scenario is about.
const load::Histogram& principal(const load::Interval& interval, const RunResult& result) {
  return result.measurement.latencies.received_from_due.count() > 0 ? interval.received
                                                                    : interval.acknowledged;
}

ChartLine percentile_line(const NamedResult& run, double percent, bool dashed, std::string text) {
  ChartLine line;
  line.dashed = dashed;
  line.label = std::move(text);
  for (const load::Interval& interval : run.result.measurement.intervals) {
    const load::Histogram& histogram = principal(interval, run.result);
    const auto value = static_cast<double>(histogram.at_percentile(percent));
    line.points.push_back({in_seconds(interval.end), histogram.count() == 0 ? nothing : value,
                           fmt::format("{} at {:.1f} s: {}", line.label, in_seconds(interval.end),
                                       show_nanoseconds(value))});
  }
  return line;
}

/// From the median to the last percentile that `count` values can tell: x is 1 / (1 - p).
ChartLine curve(const load::Histogram& histogram, std::size_t colour, bool dashed,
                std::string text) {
  ChartLine line{colour, dashed, std::move(text), {}};
  if (histogram.count() == 0) return line;
  const double most = static_cast<double>(histogram.count());
  constexpr double steps_a_decade = 24;
  for (double step = 0;; ++step) {
    const double x = std::min(std::pow(10, step / steps_a_decade), std::max(most, 2.0));
    const double percent = 100 * (1 - 1 / x);
    const auto value = static_cast<double>(histogram.at_percentile(percent));
    line.points.push_back(
        {x, value, fmt::format("{}: p{:.6g} {}", line.label, percent, show_nanoseconds(value))});
    if (x >= most || x >= 1e6) break;
  }
  return line;
}

ChartAxis percentile_axis() {
  ChartAxis axis;
  axis.logarithmic = true;
  axis.label = "percentile";
  axis.ticks = {{1, "min"},     {2, "p50"},      {10, "p90"},     {100, "p99"},
                {1e3, "p99.9"}, {1e4, "p99.99"}, {1e5, "p99.999"}};
  return axis;
}

const ChartAxis time_axis{false, show_seconds, {}, "time since the start"};
const ChartAxis latency_axis{true, show_axis_time, {}, {}};

struct Phase {
  std::string_view name;
  load::Histogram load::Latencies::*histogram;
};

constexpr std::array<Phase, 3> phases{{
    {"TCP", &load::Latencies::connect},
    {"TLS", &load::Latencies::tls},
    {"CONNACK", &load::Latencies::connack},
}};

/// A curve over fewer would be the picture of chance.
constexpr std::uint64_t enough_connects = 20;

bool receives(const RunResult& result) {
  return result.measurement.latencies.received_from_due.count() > 0;
}

}  // namespace

Chart throughput_chart(std::span<const NamedResult> runs) {
  Chart chart{"Throughput", "Per second, by interval", time_axis, {false, show_short, {}, {}},
              {},           warmup_end(runs)};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const NamedResult& run = runs[i];
    const auto add = [&](std::uint64_t load::Counters::*count, bool dashed, const char* what) {
      chart.lines.push_back(rate_line(run, count, dashed, label(runs, run, what)));
      chart.lines.back().colour = i;
    };
    if (run.result.setup.scenario == load::Scenario::connect) {
      add(&load::Counters::connects_succeeded, false, "connected");
    } else {
      add(&load::Counters::sent, false, "sent");
      add(&load::Counters::received, true, "received");
    }
  }
  return chart;
}

Chart latency_chart(std::span<const NamedResult> runs) {
  Chart chart{"Latency over time", "From when a message was due", time_axis, latency_axis, {},
              warmup_end(runs)};
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const auto& [percent, what] : {std::pair{50.0, "p50"}, std::pair{99.0, "p99"}}) {
      chart.lines.push_back(
          percentile_line(runs[i], percent, percent < 99, label(runs, runs[i], what)));
      chart.lines.back().colour = i;
    }
  return chart;
}

Chart percentile_chart(std::span<const NamedResult> runs) {
  Chart chart{"Latency by percentile",
              "Corrected: from when a message was due; uncorrected: from when it was written",
              percentile_axis(),
              latency_axis,
              {},
              0};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const load::Latencies& all = runs[i].result.measurement.latencies;
    const bool received = receives(runs[i].result);
    chart.lines.push_back(curve(received ? all.received_from_due : all.acknowledged_from_due, i,
                                false, label(runs, runs[i], "corrected")));
    chart.lines.push_back(
        curve(received ? all.received_from_written : all.acknowledged_from_written, i, true,
              label(runs, runs[i], "uncorrected")));
  }
  return chart;
}

std::vector<Chart> connect_charts(std::span<const NamedResult> runs) {
  const auto chart_of = [](std::string title) {
    return Chart{std::move(title),
                 "Each phase from the end of the one before",
                 percentile_axis(),
                 latency_axis,
                 {},
                 0};
  };
  std::vector<Chart> charts;
  if (runs.size() == 1) charts.push_back(chart_of("Connecting"));
  for (const Phase& phase : phases) {
    if (runs.size() != 1) charts.push_back(chart_of(fmt::format("Connecting: {}", phase.name)));
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const load::Histogram& histogram = runs[i].result.measurement.latencies.*phase.histogram;
      auto& lines = charts.back().lines;
      if (histogram.count() < enough_connects) continue;
      lines.push_back(curve(histogram, runs.size() == 1 ? lines.size() : i, false,
                            runs.size() == 1 ? std::string(phase.name) : runs[i].name));
    }
  }
  return charts;
}

}  // namespace mqtt_toolbox::report
