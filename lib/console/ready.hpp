#pragma once

#include <string>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::console {

/// Tells a script that a subscriber is ready: a line on an inherited descriptor, or a file that
/// appears. `descriptor` -1 and an empty path are off. ExitCode::io when that fails.
MQTT_TOOLBOX_API Status announce_ready(int descriptor, const std::string& path);

}  // namespace mqtt_toolbox::console
