#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "options/spec.hpp"
#include "protocol/properties.hpp"

namespace mqtt_toolbox::options {

/// Adds a property from its value as text, by the row of the table of properties: a number in its
/// range (session expiry also as parse_session_expiry), text, binary data, or KEY=VALUE.
Status add_property(protocol::PropertyList& list, protocol::PropertyId id, std::string_view text);
Status add_user_property(protocol::PropertyList& list, std::string_view key,
                         std::string_view value);
Status set_property(protocol::PropertyList& list, protocol::PropertyId id, std::uint32_t number);

/// Seconds from 0 to 4294967294; -1, 4294967295, infinity and its sign are 0xFFFFFFFF: never
/// (MQTT 5.0 section 3.1.2.11.2).
Result<std::uint32_t> parse_session_expiry(std::string_view text);

/// The list of a place that the tools send properties in, or null.
protocol::PropertyList* property_list(Settings& settings, protocol::PropertyPlace place);

/// PACKET NAME VALUE and PACKET user-property KEY VALUE. NAME may end in @hex, @base64 or @file,
/// which say how VALUE is written.
Status assign_property_option(Settings& settings, Values values);

/// A packet that -D names, and its place.
struct PropertyPacket {
  std::string_view name;
  protocol::PropertyPlace place;
};
std::span<const PropertyPacket> property_packets();

/// Whether a client may set the property there: some that the table allows in a packet come from
/// servers only (MQTT 5.0 sections 3.3.4 and 3.14.2.2.5).
bool client_sets(const protocol::PropertyRow& row, protocol::PropertyPlace place);

/// Whether the value of this property is a secret.
bool is_secret_property(std::string_view name);

}  // namespace mqtt_toolbox::options
