#pragma once

#include <string>
#include <string_view>

#include "options/layers.hpp"

namespace mqtt_toolbox::options {

/// Reads the text of a configuration file: the top level, the tool's table, and the profile unless
/// its name is empty. `path` names the file in errors.
Status read_configuration_text(const Tool& tool, std::string_view text, const std::string& path,
                               std::string_view profile, Candidates& candidates);

}  // namespace mqtt_toolbox::options
