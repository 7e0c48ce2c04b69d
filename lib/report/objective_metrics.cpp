#include "report/objective_metrics.hpp"

#include "base/text.hpp"
#include "report/latency.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::report {
namespace {

using Figure = std::optional<double>;

Figure count_of(std::uint64_t count, bool measured) {
  return measured ? Figure(static_cast<double>(count)) : std::nullopt;
}

Figure expected(const RunResult& result) {
  const std::uint64_t all = result.measurement.delivery.expected;
  return count_of(all, all > 0);
}

template <std::uint64_t load::Delivery::*Member>
Figure delivered(const RunResult& result) {
  const load::Delivery& delivery = result.measurement.delivery;
  return count_of(delivery.*Member, delivery.expected > 0);
}

/// Everything that can fail.
Figure attempts(const RunResult& result) {
  const load::Counters& all = result.measurement.whole_run;
  const std::uint64_t count =
      all.connects_started + all.sent + all.refused_here + all.subscriptions_refused;
  return count_of(count, count > 0);
}

Figure failed(const RunResult& result) {
  return count_of(errors(result.measurement), attempts(result).has_value());
}

Figure rate_of(std::uint64_t load::Counters::*counter, const load::Measurement& measurement) {
  const std::uint64_t count = measurement.counters.*counter;
  if (count == 0 || measurement.measured.count() <= 0) return std::nullopt;
  return per_second(count, measurement.measured);
}

Figure received(const RunResult& result) {
  return rate_of(&load::Counters::received, result.measurement);
}

/// The rate of what the scenario is about.
Figure rate(const RunResult& result) {
  switch (result.setup.scenario) {
    case load::Scenario::connect:
      return rate_of(&load::Counters::connects_succeeded, result.measurement);
    case load::Scenario::subscribe: return received(result);
    case load::Scenario::publish:
    case load::Scenario::roundtrip: break;
  }
  return rate_of(&load::Counters::sent, result.measurement);
}

constexpr std::array<PlainMetric, 6> plain_metrics{{
    {"loss", Unit::count, delivered<&load::Delivery::lost>, expected},
    {"duplicates", Unit::count, delivered<&load::Delivery::duplicated>, expected},
    {"reordered", Unit::count, delivered<&load::Delivery::reordered>, expected},
    {"errors", Unit::count, failed, attempts},
    {"rate", Unit::rate, rate, nullptr},
    {"received-rate", Unit::rate, received, nullptr},
}};

std::optional<LatencyMetric> statistic(std::string_view name) {
  using Statistic = LatencyMetric::Statistic;
  if (name == "max") return LatencyMetric{nullptr, Statistic::maximum};
  if (name == "mean") return LatencyMetric{nullptr, Statistic::mean};
  if (name.empty() || name[0] != 'p') return std::nullopt;
  const auto percent = parse_decimal(name.substr(1), 0, 100);
  if (!percent) return std::nullopt;
  return LatencyMetric{nullptr, Statistic::percentile, *percent};
}

}  // namespace

const PlainMetric* plain_metric(std::string_view name) {
  for (const PlainMetric& metric : plain_metrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

std::optional<LatencyMetric> latency_metric(std::string_view name) {
  for (const LatencyKind& kind : latency_kinds) {
    const std::string_view prefix = kind.short_name;
    if (name.size() <= prefix.size() || name.substr(0, prefix.size()) != prefix ||
        name[prefix.size()] != '.')
      continue;
    auto metric = statistic(name.substr(prefix.size() + 1));
    if (metric) metric->kind = &kind;
    return metric;
  }
  return statistic(name);
}

std::vector<std::string> metric_names() {
  std::vector<std::string> statistics{"max", "mean"}, names;
  for (const Percentile& each : percentiles) statistics.emplace_back(each.name);
  for (const PlainMetric& metric : plain_metrics) names.emplace_back(metric.name);
  names.insert(names.end(), statistics.begin(), statistics.end());
  for (const LatencyKind& kind : latency_kinds)
    for (const std::string& each : statistics)
      names.push_back(std::string(kind.short_name) + '.' + each);
  return names;
}

std::optional<double> figure(const LatencyMetric& metric, const RunResult& result) {
  const LatencyKind& kind =
      metric.kind != nullptr ? *metric.kind : principal_latency(result.setup.scenario);
  const load::Histogram& histogram = result.measurement.latencies.*kind.histogram;
  if (histogram.count() == 0) return std::nullopt;
  switch (metric.statistic) {
    case LatencyMetric::Statistic::maximum: return static_cast<double>(histogram.maximum());
    case LatencyMetric::Statistic::mean: return histogram.mean();
    case LatencyMetric::Statistic::percentile: break;
  }
  return static_cast<double>(histogram.at_percentile(metric.percent));
}

}  // namespace mqtt_toolbox::report
