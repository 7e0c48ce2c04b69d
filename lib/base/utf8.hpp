#pragma once

#include <string>
#include <string_view>

#include "base/export.hpp"

namespace mqtt_toolbox {

/// Whether `bytes` are well-formed UTF-8 (RFC 3629: shortest form, no surrogates, at most
/// U+10FFFF). NUL is allowed; MQTT strings forbid it separately (see protocol/topic.hpp).
MQTT_TOOLBOX_API bool is_utf8(std::string_view bytes);

/// `bytes` made safe for a terminal or a log line: C0 and C1 control characters, DEL and bytes that
/// are not UTF-8 become \n, \t, \xNN or \u{NN} escapes; everything else, also non-ASCII letters,
/// stays. A backslash stays as it is. At most `limit` bytes of input are shown, then "...".
MQTT_TOOLBOX_API std::string printable(std::string_view bytes, std::size_t limit = 1000);

/// Appends `bytes` to `out` with control characters escaped as `printable` does but for newline and
/// tab, which stay; for data shown on a terminal.
MQTT_TOOLBOX_API void append_for_terminal(std::string& out, std::string_view bytes);

}  // namespace mqtt_toolbox
