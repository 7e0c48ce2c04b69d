#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "protocol/reason.hpp"
#include "protocol/statement.hpp"

namespace mqtt_toolbox::protocol {

/// Every way in which bytes can violate the specification, each with a text and the section it
/// violates (the table is in fault.cpp). The names say what was found.
enum class Fault : std::uint8_t {
  reserved_packet_type,
  reserved_flags,
  qos_3,
  dup_at_qos_0,
  variable_integer_malformed,
  variable_integer_not_minimal,
  packet_too_large,
  packet_truncated,
  packet_has_trailing_bytes,
  string_truncated,
  string_too_long,  ///< encoding only: more than 65,535 bytes
  string_not_utf8,
  string_contains_nul,
  packet_identifier_zero,
  packet_identifier_missing,
  protocol_name_unknown,
  protocol_version_unknown,
  connect_reserved_flag,
  connect_will_flags_without_will,
  connect_will_qos_3,
  connect_password_without_username,
  connack_reserved_bits,
  connack_session_present_on_refusal,
  reason_code_unknown,
  reason_code_not_for_packet,
  property_unknown,
  property_not_for_packet,
  property_repeated,
  property_value_out_of_range,
  property_length_exceeds_packet,
  topic_name_empty,
  topic_name_has_wildcard,
  response_topic_has_wildcard,
  topic_alias_zero,
  topic_filter_empty,
  topic_filter_wildcard_misplaced,
  shared_subscription_malformed,
  subscribe_without_filter,
  unsubscribe_without_filter,
  suback_without_reason_code,
  subscription_options_reserved_bits,
  subscription_options_qos_3,
  retain_handling_3,
  no_local_on_shared_subscription,
  packet_not_in_this_version,
  buffer_too_small,  ///< encoding only: the caller's buffer does not hold the packet
};

struct FaultMeaning {
  std::string_view text;     ///< "a topic name contains a wildcard"
  std::string_view section;  ///< of the OASIS MQTT 5.0 standard: "3.3.2.1"; empty: no section
  ReasonCode reason;         ///< for the DISCONNECT that ends the connection, section 4.13
  /// What forbids it to a server. None: it is malformed or a protocol error, but no statement says
  /// so of a server, or it is only clients that send such a packet.
  Statement server{};
};

MQTT_TOOLBOX_API FaultMeaning meaning(Fault fault);

/// What forbids the fault to a server in a packet of this type.
MQTT_TOOLBOX_API Statement server_statement(Fault fault, PacketType packet);

/// "a topic name contains a wildcard (MQTT 5.0 section 3.3.2.1)".
MQTT_TOOLBOX_API std::string describe(Fault fault);

}  // namespace mqtt_toolbox::protocol
