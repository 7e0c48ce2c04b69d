#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::report {

/// What was run, in one clause: "roundtrip, open loop: 50,000 messages/s (constant), QoS 1, 64
/// bytes".
std::string what_was_run(const RunResult& result);

/// With whom and how long: "100 publishers, 100 subscribers, 2 threads; 10 s measured".
std::string with_whom(const RunResult& result);

/// The generator's own use: "busiest core 37 %, cpu 3.70 s, 0.74 s per million messages, ...".
std::string generator_use(const RunResult& result);

/// "errors: none", or the commonest reasons with their counts.
MQTT_TOOLBOX_API std::string errors_found(const RunResult& result);

/// A text as JSON has it: in quotes, without raw control characters.
MQTT_TOOLBOX_API std::string quoted(std::string_view text);

/// Breaks `text` at spaces into lines of at most `width`; those after the first begin with
/// `indent`. Raw control characters are shown as "?", for reasons come from outside.
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace mqtt_toolbox::report
