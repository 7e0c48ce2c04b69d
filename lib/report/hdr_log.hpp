#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "load/histogram.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// Appends a standard HdrHistogram log (version 1.3, V2 encoding): one line an interval without
/// warm-up for each of the tags "acknowledged" and "received" (from due), and one line over the
/// whole measured time for every histogram of latency_kinds that is not empty, its key the tag.
/// Interval_Max is in milliseconds, as is usual; the values are nanoseconds.
MQTT_TOOLBOX_API void append_hdr_log(std::string& out, const RunResult& result);

/// The sums of a log by tag ("" for lines without one); ExitCode::io with the line's number when it
/// is damaged.
Result<std::map<std::string, load::Histogram>> parse_hdr_log(std::string_view text);

}  // namespace mqtt_toolbox::report
