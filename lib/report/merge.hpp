#pragma once

#include <span>

#include "base/export.hpp"
#include "base/result.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// Adds results of processes that ran at the same time: counters, histograms, failures and
/// delivery are added, clients and rates too, intervals are aligned by wall time, workers and
/// processes appended, objectives evaluated anew. ExitCode::usage when there are none, or when
/// scenarios or interval lengths differ.
MQTT_TOOLBOX_API Result<RunResult> merge(std::span<const RunResult> results);

}  // namespace mqtt_toolbox::report
