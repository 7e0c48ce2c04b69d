#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "report/html.hpp"

namespace mqtt_toolbox::report {

/// "2026-02-03 04:05:06 UTC".
std::string utc(std::int64_t unix_ns);

/// Each appends a part of the page.
void append_tiles(std::string& out, const RunResult& result);
void append_runs(std::string& out, std::span<const NamedResult> runs);
void append_latencies(std::string& out, std::span<const NamedResult> runs);
void append_findings(std::string& out, std::span<const NamedResult> runs);
void append_details(std::string& out, std::span<const NamedResult> runs);

}  // namespace mqtt_toolbox::report
