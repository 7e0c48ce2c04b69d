#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/export.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// Reason Codes, MQTT 5.0 section 2.4. 3.1.1 return codes are mapped by `from_connect_return_code`.
enum class ReasonCode : std::uint8_t {
  success = 0x00,  ///< also Normal disconnection and Granted QoS 0
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  disconnect_with_will_message = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  continue_authentication = 0x18,
  re_authenticate = 0x19,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_specific_error = 0x83,
  unsupported_protocol_version = 0x84,
  client_identifier_not_valid = 0x85,
  bad_user_name_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  banned = 0x8A,
  server_shutting_down = 0x8B,
  bad_authentication_method = 0x8C,
  keep_alive_timeout = 0x8D,
  session_taken_over = 0x8E,
  topic_filter_invalid = 0x8F,
  topic_name_invalid = 0x90,
  packet_identifier_in_use = 0x91,
  packet_identifier_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  topic_alias_invalid = 0x94,
  packet_too_large = 0x95,
  message_rate_too_high = 0x96,
  quota_exceeded = 0x97,
  administrative_action = 0x98,
  payload_format_invalid = 0x99,
  retain_not_supported = 0x9A,
  qos_not_supported = 0x9B,
  use_another_server = 0x9C,
  server_moved = 0x9D,
  shared_subscriptions_not_supported = 0x9E,
  connection_rate_exceeded = 0x9F,
  maximum_connect_time = 0xA0,
  subscription_identifiers_not_supported = 0xA1,
  wildcard_subscriptions_not_supported = 0xA2,
};

/// 0x80 and above: the operation failed (MQTT 5.0 section 2.4).
constexpr bool is_failure(ReasonCode code) {
  return static_cast<std::uint8_t>(code) >= 0x80;
}

/// The specification's name; 0x00 is "Normal disconnection" in DISCONNECT, "Granted QoS 0" in
/// SUBACK, else "Success". "Unknown reason code" for bytes that the standard does not name.
MQTT_TOOLBOX_API std::string_view name(ReasonCode code, PacketType packet);

/// Whether the standard names the code at all.
MQTT_TOOLBOX_API bool is_known(ReasonCode code);

/// Whether the standard allows the code in that packet (MQTT 5.0 table 2-6).
MQTT_TOOLBOX_API bool is_allowed(ReasonCode code, PacketType packet);

struct ReasonCodeRow {
  ReasonCode code;
  std::string_view name;
  std::uint16_t packets;  ///< bit 1 << PacketType for each packet that may carry it
};

/// The whole table, for manuals and tests.
MQTT_TOOLBOX_API std::span<const ReasonCodeRow> reason_codes();

/// From a number (0..255) or a name in any case with spaces, hyphens or underscores.
MQTT_TOOLBOX_API std::optional<ReasonCode> reason_code_from_text(std::string_view text);

/// The reason code that says the same as a CONNACK return code of 3.1 and 3.1.1 (MQTT 3.1.1
/// section 3.2.2.3): 1 -> 0x84, 2 -> 0x85, 3 -> 0x88, 4 -> 0x86, 5 -> 0x87, others -> 0x80.
MQTT_TOOLBOX_API ReasonCode from_connect_return_code(std::uint8_t code);

/// The other direction, for a server's side.
MQTT_TOOLBOX_API std::uint8_t to_connect_return_code(ReasonCode code);

}  // namespace mqtt_toolbox::protocol
