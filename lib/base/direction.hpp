#pragma once

#include <cstddef>
#include <string>

#include "base/export.hpp"

namespace mqtt_toolbox {

/// Replaces the bidirectional controls and the line and paragraph separators (U+2028, U+2029) that
/// stand in `text` from `start` on by escapes such as \u202e, which mean the same in JSON: on a
/// terminal they would show the characters around them in another order.
MQTT_TOOLBOX_API void escape_direction_controls(std::string& text, std::size_t start);

}  // namespace mqtt_toolbox
