#pragma once

#include <string>

#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// Every option with its value and origin, secrets masked: an aligned table, or with --json one
/// object a line.
std::string show_settings(const Tool& tool, const Settings& settings);

}  // namespace mqtt_toolbox::options
