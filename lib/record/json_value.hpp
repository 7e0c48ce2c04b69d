#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/export.hpp"

namespace mqtt_toolbox::record {

/// The deepest nesting of arrays and objects in JSON that is read or passed on.
inline constexpr int maximum_json_depth = 256;

/// Whether `text` is exactly one JSON value in UTF-8 (RFC 8259), no deeper than the limit, with
/// numbers that a double can hold; what this accepts, `parse_message` reads.
MQTT_TOOLBOX_API bool is_json(std::string_view text);

/// Appends valid JSON without the white space between its tokens; all else as it came.
void append_compact_json(std::string& out, std::string_view json);

/// The length of the JSON string, quotes included, at the front of valid JSON.
std::size_t json_string_length(std::string_view json);

}  // namespace mqtt_toolbox::record
