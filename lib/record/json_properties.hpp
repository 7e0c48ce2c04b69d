#pragma once

#include <string>

#include "protocol/properties.hpp"

namespace mqtt_toolbox::record {

/// Appends `,"name":value` for each property, in the order of protocol's table. What may be
/// repeated is an array, user properties one of pairs. Authentication data are masked.
void append_properties(std::string& out, protocol::Properties properties);

}  // namespace mqtt_toolbox::record
