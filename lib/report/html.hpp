#pragma once

#include <span>
#include <string>

#include "base/export.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// A result and what it is called, for instance its file's name.
struct NamedResult {
  std::string name;
  RunResult result;
};

/// One self-contained page, no external resource: throughput and latency over time, the percentile
/// curve, connect times, delivery, warnings; several runs overlaid, at least one.
MQTT_TOOLBOX_API std::string html_page(std::span<const NamedResult> runs);

}  // namespace mqtt_toolbox::report
