#pragma once

#include <span>
#include <vector>

#include "report/chart.hpp"
#include "report/html.hpp"

namespace mqtt_toolbox::report {

Chart throughput_chart(std::span<const NamedResult> runs);
Chart latency_chart(std::span<const NamedResult> runs);
/// Latency by percentile on a logarithmic axis of what is above; corrected and uncorrected.
Chart percentile_chart(std::span<const NamedResult> runs);
/// The connect phases as percentile curves, where there were enough connects for one: of one run in
/// one chart, of several in one a phase.
std::vector<Chart> connect_charts(std::span<const NamedResult> runs);

}  // namespace mqtt_toolbox::report
