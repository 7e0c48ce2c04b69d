#pragma once

#include "console/tool.hpp"
#include "probe/tool_settings.hpp"

namespace mqtt_toolbox::probe {

/// Asks the broker, and answers what --require and --diff want to know.
console::Ended ask(console::World& world, const ToolSettings& settings);

}  // namespace mqtt_toolbox::probe
