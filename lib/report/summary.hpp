#pragma once

#include <cstddef>
#include <string>

#include "base/export.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// Appends the summary for people: ASCII lines of at most 80 characters, at most 23 when there is
/// nothing to warn of and no more than two objectives; each warning takes two more.
MQTT_TOOLBOX_API void append_summary(std::string& out, const RunResult& result);

/// The one live line: elapsed, rate, in flight, p50 and p99, errors, and a progress bar when the
/// end is known. `length` is the interval's own, `total` of the run so far. No newline; at most
/// `width` characters, at least 20.
MQTT_TOOLBOX_API std::string live_line(const load::Interval& interval, const load::Counters& total,
                                       const Setup& setup, Duration length, std::size_t width);

}  // namespace mqtt_toolbox::report
