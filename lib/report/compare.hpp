#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

enum class Change : std::uint8_t {
  better,
  worse,
  no_difference,
  unknown,  ///< one run on a side: no interval can be given
};

struct Ratio {
  double low = 0;
  double high = 0;
};

/// One figure of both sides.
struct FigureComparison {
  std::string_view name;  ///< "rate", "p99", ...
  double before = 0;      ///< geometric mean of the runs; plain mean when one of them is 0
  double after = 0;
  std::optional<double> ratio;    ///< after by before; none when one of the runs has 0
  std::optional<Ratio> interval;  ///< 95 % confidence, of the ratio
  Change change = Change::unknown;
};

struct ComparisonReport {
  std::size_t runs_before = 0;
  std::size_t runs_after = 0;
  std::vector<FigureComparison> figures;
  /// Where the two sides were not asked for the same (scenario, QoS, clients, rate, size).
  std::vector<std::string> differences;
};

/// BEFORE and AFTER, each one or more repeated runs. ExitCode::usage when a side is empty or the
/// scenarios differ.
MQTT_TOOLBOX_API Result<ComparisonReport> compare(std::span<const RunResult> before,
                                                  std::span<const RunResult> after);

/// Appends a table for people, at most 80 columns.
MQTT_TOOLBOX_API void append_comparison(std::string& out, const ComparisonReport& report);
/// Appends one line of JSON, type "bench_comparison".
MQTT_TOOLBOX_API void append_comparison_json(std::string& out, const ComparisonReport& report);

}  // namespace mqtt_toolbox::report
