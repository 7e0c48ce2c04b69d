#pragma once

#include "console/tool.hpp"
#include "pub/settings.hpp"

namespace mqtt_toolbox::pub {

/// What mqtt-pub does with its settings.
console::Ended run(Settings& settings, console::World& world);

}  // namespace mqtt_toolbox::pub
