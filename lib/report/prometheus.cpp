#include "report/prometheus.hpp"

#include <array>

#include <fmt/format.h>

#include "report/counter.hpp"

namespace mqtt_toolbox::report {
namespace {

constexpr std::string_view prefix = "mqtt_bench_";

void append_header(std::string& out, std::string_view name, std::string_view help,
                   std::string_view type) {
  fmt::format_to(std::back_inserter(out), "# HELP {0}{1} {2}\n# TYPE {0}{1} {3}\n", prefix, name,
                 help, type);
}

/// The scenario as a label, so that a dashboard can tell runs apart. Names are our own and need no
/// escape.
std::string labels(const Setup& setup) {
  return fmt::format("scenario=\"{}\",qos=\"{}\",loop=\"{}\"", name(setup.scenario),
                     static_cast<int>(setup.publish_qos), setup.open_loop() ? "open" : "closed");
}

void append_value(std::string& out, std::string_view name, const std::string& labels,
                  double value) {
  fmt::format_to(std::back_inserter(out), "{}{}{{{}}} {}\n", prefix, name, labels, value);
}

void append_gauge(std::string& out, std::string_view name, std::string_view help,
                  const std::string& labels, double value) {
  append_header(out, name, help, "gauge");
  append_value(out, name, labels, value);
}

constexpr std::array<double, 5> quantiles{0.5, 0.9, 0.95, 0.99, 0.999};

void append_quantiles(std::string& out, std::string_view name, const std::string& labels,
                      const load::Histogram& last) {
  for (const double quantile : quantiles) {
    // The format's word for "no observation in the window".
    const std::string value =
        last.count() == 0
            ? "NaN"
            : fmt::format("{}", static_cast<double>(last.at_percentile(100 * quantile)) / 1e9);
    fmt::format_to(std::back_inserter(out), "{}{}{{{},quantile=\"{}\"}} {}\n", prefix, name, labels,
                   quantile, value);
  }
}

void append_summary(std::string& out, std::string_view name, std::string_view help,
                    const std::string& labels, const load::Histogram& last, double sum,
                    std::uint64_t count) {
  append_header(out, name, help, "summary");
  append_quantiles(out, name, labels, last);
  append_value(out, fmt::format("{}_sum", name), labels, sum);
  fmt::format_to(std::back_inserter(out), "{}{}_count{{{}}} {}\n", prefix, name, labels, count);
}

double sum_in_seconds(const load::Histogram& histogram) {
  return histogram.mean() * static_cast<double>(histogram.count()) / 1e9;
}

}  // namespace

void Exposition::update(const load::Interval& interval) {
  total_.add(interval.counters);
  last_ = interval;
  cpu_ += interval.cpu;
  acknowledged_.sum += sum_in_seconds(interval.acknowledged);
  acknowledged_.count += interval.acknowledged.count();
  received_.sum += sum_in_seconds(interval.received);
  received_.count += interval.received.count();
}

std::string Exposition::text() const {
  std::string out;
  const std::string with = labels(setup_);
  for (const CounterKind& kind : counter_kinds) {
    const std::string name = fmt::format("{}_total", kind.key);
    append_header(out, name, kind.meaning, "counter");
    fmt::format_to(std::back_inserter(out), "{}{}{{{}}} {}\n", prefix, name, with,
                   total_.*kind.count);
  }
  append_header(out, "cpu_seconds_total", "CPU time of the generator's threads", "counter");
  append_value(out, "cpu_seconds_total", with, cpu_);
  append_gauge(out, "in_flight_messages", "messages not yet acknowledged", with,
               static_cast<double>(last_.in_flight));
  append_gauge(out, "elapsed_seconds", "time since the start of the run", with,
               static_cast<double>(last_.end.count()) / 1e9);
  append_summary(out, "acknowledged_latency_seconds", "from due to acknowledged", with,
                 last_.acknowledged, acknowledged_.sum, acknowledged_.count);
  append_summary(out, "received_latency_seconds", "from due to received", with, last_.received,
                 received_.sum, received_.count);
  return out;
}

}  // namespace mqtt_toolbox::report
