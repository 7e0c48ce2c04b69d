#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/objective.hpp"

namespace mqtt_toolbox::report {

/// A metric that is not a percentile: the one table of them.
struct PlainMetric {
  std::string_view name;
  Unit unit;
  /// Nullopt when nothing was measured.
  std::optional<double> (*figure)(const RunResult& result);
  /// What 100 % is, for counts.
  std::optional<double> (*whole)(const RunResult& result);
};

const PlainMetric* plain_metric(std::string_view name);

/// "p99", "max", "mean", with or without "received." and the like in front.
struct LatencyMetric {
  const struct LatencyKind* kind = nullptr;  ///< null: the scenario's principal latency
  enum class Statistic : std::uint8_t { percentile, maximum, mean } statistic;
  double percent = 0;
};

std::optional<LatencyMetric> latency_metric(std::string_view name);

/// All names, for suggestions.
std::vector<std::string> metric_names();

/// Nullopt when nothing was measured.
std::optional<double> figure(const LatencyMetric& metric, const RunResult& result);

}  // namespace mqtt_toolbox::report
