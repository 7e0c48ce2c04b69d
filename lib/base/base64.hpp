#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/export.hpp"

namespace mqtt_toolbox {

/// Appends RFC 4648 base64 of `bytes`, padded, without line breaks.
MQTT_TOOLBOX_API void append_base64(std::string& out, std::string_view bytes);

/// Strict RFC 4648: padded, no white space, no foreign characters, zero trailing bits; else
/// nullopt.
MQTT_TOOLBOX_API std::optional<std::string> decode_base64(std::string_view text);

/// Appends lower-case hexadecimal.
MQTT_TOOLBOX_API void append_hex(std::string& out, std::string_view bytes);

/// Pairs of hexadecimal digits, either case, nothing between them; else nullopt.
MQTT_TOOLBOX_API std::optional<std::string> decode_hex(std::string_view text);

}  // namespace mqtt_toolbox
