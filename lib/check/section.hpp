#pragma once

#include <string_view>

#include "protocol/types.hpp"

namespace mqtt_toolbox::check {

/// Where the standard of a version has what MQTT 5.0 has in that section; MQTT 3.1, which is no
/// OASIS standard, is held to 3.1.1. Empty: it has nothing of the kind.
std::string_view section_in(protocol::Version version, std::string_view section);

}  // namespace mqtt_toolbox::check
