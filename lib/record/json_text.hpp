#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/export.hpp"

/// JSON text made by hand, because building a document for each message costs many times more.
namespace mqtt_toolbox::record {

/// Appends `bytes` as a JSON string with its quotes and says true; or, when they are not UTF-8,
/// appends nothing and says false. Control characters, DEL and C1 are escaped, so that JSON is safe
/// on a terminal.
bool append_json_string_if_utf8(std::string& out, std::string_view bytes);

/// The same for bytes that need not be UTF-8: U+FFFD stands for each bad byte.
MQTT_TOOLBOX_API void append_json_string(std::string& out, std::string_view bytes);

/// `,"key":` and then a value. Keys are our own and need no escape.
void append_key(std::string& out, std::string_view key);
void append_text(std::string& out, std::string_view key, std::string_view text);
void append_number(std::string& out, std::string_view key, std::uint64_t number);
void append_boolean(std::string& out, std::string_view key, bool value);

/// `,"key":"..."` when `bytes` are UTF-8, else `,"key_base64":"..."`.
void append_bytes(std::string& out, std::string_view key, std::string_view bytes);
void append_as_base64(std::string& out, std::string_view key, std::string_view bytes);
void append_as_hex(std::string& out, std::string_view key, std::string_view bytes);

}  // namespace mqtt_toolbox::record
