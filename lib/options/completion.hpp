#pragma once

#include <string>

#include "options/property_value.hpp"
#include "options/text.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// The packets and property names that -D completes, parted by blanks.
std::string packet_words();
std::string property_words();
/// The values that an option has, or may begin with, parted by blanks; empty: not known.
std::string value_words(const Tool& tool, const Spec& spec);
/// The commands of a tool, parted by blanks.
std::string command_words(const Tool& tool);
/// What stands beside --no-NAME.
std::string negated_help(const Spec& spec);

inline constexpr std::string_view completion_notice =
    "Generated from the tables of options; not to be edited.";

}  // namespace mqtt_toolbox::options
