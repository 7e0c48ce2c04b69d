#pragma once

#include <string>

#include "protocol/properties.hpp"

namespace mqtt_toolbox::record {

/// Appends `,"name":value` for each property, in the order of protocol's table. Where a number may
/// be repeated it is an array under the plural; user properties are pairs. Authentication data are
/// masked.
void append_properties(std::string& out, protocol::Properties properties,
                       protocol::PropertyPlace place);

/// "subscription_identifiers" in PUBLISH, "subscription_identifier" in SUBSCRIBE.
std::string property_key(const protocol::PropertyRow& row, protocol::PropertyPlace place);

}  // namespace mqtt_toolbox::record
