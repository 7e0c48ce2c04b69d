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

enum class Comparison : std::uint8_t { less, less_or_equal, equal, greater_or_equal, greater };

/// What a figure is measured in; durations are nanoseconds, rates are per second.
enum class Unit : std::uint8_t { duration, count, rate };

/// One condition on a result: "p99<5ms".
struct Objective {
  std::string text;    ///< as given, without white space around it
  std::string metric;  ///< "p99", "ack.p99.9", "loss"
  Comparison comparison = Comparison::less;
  double value = 0;      ///< in the metric's unit
  bool percent = false;  ///< of counts: `value` is per cent of what was expected
};

/// "p99<5ms,loss=0,rate>=50000/s": conditions with a comma between them, all of which have to hold.
/// Metrics: pN (N from 0 to 100), max, mean, each with one of the short names of latency_kinds and
/// a dot in front, or plain for the scenario's principal latency; loss, duplicates, reordered,
/// errors (counts, or per cent with %); rate, received-rate (messages a second; received_rate too).
/// Operators < <= = == >= >. ExitCode::usage, with a suggestion where a name is nearly right.
MQTT_TOOLBOX_API Result<std::vector<Objective>> parse_objectives(std::string_view text);

/// The figure that an objective is about; nullopt when nothing was measured for it.
std::optional<double> figure(const Objective& objective, const RunResult& result);

/// An objective without samples is not met: "nothing was measured".
MQTT_TOOLBOX_API Verdict evaluate(const Objective& objective, const RunResult& result);
MQTT_TOOLBOX_API std::vector<Verdict> evaluate(std::span<const Objective> objectives,
                                               const RunResult& result);

}  // namespace mqtt_toolbox::report
