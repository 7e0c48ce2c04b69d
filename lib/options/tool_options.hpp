#pragma once

#include <span>
#include <string_view>

namespace mqtt_toolbox::options {

/// What one tool knows of the others, so that a variable or a table which another tool reads is no
/// mistake to it. Generated from the tools' tables (tool_options.inc, tool_names.inc), sorted.
bool is_tool_option(std::string_view long_name);
bool is_tool_name(std::string_view name);
std::span<const std::string_view> tool_names();

}  // namespace mqtt_toolbox::options
