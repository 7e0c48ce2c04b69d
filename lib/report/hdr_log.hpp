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

/// The same in parts, for a series that is not in memory: the head, the lines of each interval
/// (`length`: its own), and those of the whole measured time, which began at `start`, from the
/// start of the run.
MQTT_TOOLBOX_API void append_hdr_head(std::string& out, const RunResult& result);
MQTT_TOOLBOX_API void append_hdr_interval(std::string& out, const load::Interval& interval,
                                          Duration length);
MQTT_TOOLBOX_API void append_hdr_totals(std::string& out, const RunResult& result, Duration start);

/// The sums of a log by tag ("" for lines without one); ExitCode::io with the line's number when it
/// is damaged.
Result<std::map<std::string, load::Histogram>> parse_hdr_log(std::string_view text);

}  // namespace mqtt_toolbox::report
