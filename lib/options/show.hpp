#pragma once

#include <string>

#include "base/export.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// Every option with its value and origin, secrets masked: an aligned table, or with --json one
/// object a line.
std::string show_settings(const Tool& tool, const Settings& settings);

/// The value of an option that was given, as it may be shown: secrets masked, printable.
MQTT_TOOLBOX_API std::string shown_value(const Given& given);

}  // namespace mqtt_toolbox::options
