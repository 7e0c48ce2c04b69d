#include "protocol/reason.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mqtt_toolbox::protocol {
namespace {

constexpr std::uint16_t bit(PacketType type) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
}

constexpr std::uint16_t connack = bit(PacketType::connack);
constexpr std::uint16_t puback = bit(PacketType::puback);
constexpr std::uint16_t pubrec = bit(PacketType::pubrec);
constexpr std::uint16_t pubrel = bit(PacketType::pubrel);
constexpr std::uint16_t pubcomp = bit(PacketType::pubcomp);
constexpr std::uint16_t suback = bit(PacketType::suback);
constexpr std::uint16_t unsuback = bit(PacketType::unsuback);
constexpr std::uint16_t disconnect = bit(PacketType::disconnect);
constexpr std::uint16_t auth = bit(PacketType::auth);
constexpr std::uint16_t published = puback | pubrec;

/// MQTT 5.0 table 2-6, the only list of reason codes.
constexpr std::array<ReasonCodeRow, 45> rows{{
    {ReasonCode::success, "Success", connack | published | pubrel | pubcomp | unsuback | auth},
    {ReasonCode::success, "Normal disconnection", disconnect},
    {ReasonCode::success, "Granted QoS 0", suback},
    {ReasonCode::granted_qos_1, "Granted QoS 1", suback},
    {ReasonCode::granted_qos_2, "Granted QoS 2", suback},
    {ReasonCode::disconnect_with_will_message, "Disconnect with Will Message", disconnect},
    {ReasonCode::no_matching_subscribers, "No matching subscribers", published},
    {ReasonCode::no_subscription_existed, "No subscription existed", unsuback},
    {ReasonCode::continue_authentication, "Continue authentication", auth},
    {ReasonCode::re_authenticate, "Re-authenticate", auth},
    {ReasonCode::unspecified_error, "Unspecified error",
     connack | published | suback | unsuback | disconnect},
    {ReasonCode::malformed_packet, "Malformed Packet", connack | disconnect},
    {ReasonCode::protocol_error, "Protocol Error", connack | disconnect},
    {ReasonCode::implementation_specific_error, "Implementation specific error",
     connack | published | suback | unsuback | disconnect},
    {ReasonCode::unsupported_protocol_version, "Unsupported Protocol Version", connack},
    {ReasonCode::client_identifier_not_valid, "Client Identifier not valid", connack},
    {ReasonCode::bad_user_name_or_password, "Bad User Name or Password", connack},
    {ReasonCode::not_authorized, "Not authorized",
     connack | published | suback | unsuback | disconnect},
    {ReasonCode::server_unavailable, "Server unavailable", connack},
    {ReasonCode::server_busy, "Server busy", connack | disconnect},
    {ReasonCode::banned, "Banned", connack},
    {ReasonCode::server_shutting_down, "Server shutting down", disconnect},
    {ReasonCode::bad_authentication_method, "Bad authentication method", connack | disconnect},
    {ReasonCode::keep_alive_timeout, "Keep Alive timeout", disconnect},
    {ReasonCode::session_taken_over, "Session taken over", disconnect},
    {ReasonCode::topic_filter_invalid, "Topic Filter invalid", suback | unsuback | disconnect},
    {ReasonCode::topic_name_invalid, "Topic Name invalid", connack | published | disconnect},
    {ReasonCode::packet_identifier_in_use, "Packet Identifier in use",
     published | suback | unsuback},
    {ReasonCode::packet_identifier_not_found, "Packet Identifier not found", pubrel | pubcomp},
    {ReasonCode::receive_maximum_exceeded, "Receive Maximum exceeded", disconnect},
    {ReasonCode::topic_alias_invalid, "Topic Alias invalid", disconnect},
    {ReasonCode::packet_too_large, "Packet too large", connack | disconnect},
    {ReasonCode::message_rate_too_high, "Message rate too high", disconnect},
    {ReasonCode::quota_exceeded, "Quota exceeded", connack | published | suback | disconnect},
    {ReasonCode::administrative_action, "Administrative action", disconnect},
    {ReasonCode::payload_format_invalid, "Payload format invalid",
     connack | published | disconnect},
    {ReasonCode::retain_not_supported, "Retain not supported", connack | disconnect},
    {ReasonCode::qos_not_supported, "QoS not supported", connack | disconnect},
    {ReasonCode::use_another_server, "Use another server", connack | disconnect},
    {ReasonCode::server_moved, "Server moved", connack | disconnect},
    {ReasonCode::shared_subscriptions_not_supported, "Shared Subscriptions not supported",
     suback | disconnect},
    {ReasonCode::connection_rate_exceeded, "Connection rate exceeded", connack | disconnect},
    {ReasonCode::maximum_connect_time, "Maximum connect time", disconnect},
    {ReasonCode::subscription_identifiers_not_supported, "Subscription Identifiers not supported",
     suback | disconnect},
    {ReasonCode::wildcard_subscriptions_not_supported, "Wildcard Subscriptions not supported",
     suback | disconnect},
}};

constexpr std::array<std::uint16_t, 256> packets_of_code() {
  std::array<std::uint16_t, 256> packets{};
  for (const ReasonCodeRow& row : rows) packets[static_cast<std::uint8_t>(row.code)] |= row.packets;
  return packets;
}

constexpr std::array<std::uint16_t, 256> packets = packets_of_code();

struct ReturnCode {
  std::uint8_t return_code;
  ReasonCode reason;
};

/// MQTT 3.1.1 section 3.2.2.3. The rows below the first six are for the server's side only: the
/// return code that comes nearest.
constexpr std::array<ReturnCode, 13> return_codes{{
    {0, ReasonCode::success},
    {1, ReasonCode::unsupported_protocol_version},
    {2, ReasonCode::client_identifier_not_valid},
    {3, ReasonCode::server_unavailable},
    {4, ReasonCode::bad_user_name_or_password},
    {5, ReasonCode::not_authorized},
    {4, ReasonCode::bad_authentication_method},
    {5, ReasonCode::banned},
    {5, ReasonCode::topic_name_invalid},
    {5, ReasonCode::packet_too_large},
    {5, ReasonCode::payload_format_invalid},
    {5, ReasonCode::retain_not_supported},
    {5, ReasonCode::qos_not_supported},
}};
constexpr std::uint8_t server_unavailable = 3;

char folded(char c) {
  if (c == '-' || c == '_') return ' ';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return folded(x) == folded(y); });
}

std::optional<ReasonCode> from_number(std::string_view text) {
  const bool is_hex = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
  if (is_hex) text.remove_prefix(2);
  std::uint8_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, is_hex ? 16 : 10);
  if (error != std::errc() || stop != end) return std::nullopt;
  return static_cast<ReasonCode>(value);
}

}  // namespace

std::string_view name(ReasonCode code, PacketType packet) {
  std::string_view found = "Unknown reason code";
  bool is_first = true;
  for (const ReasonCodeRow& row : rows) {
    if (row.code != code) continue;
    if ((row.packets & bit(packet)) != 0) return row.name;
    if (std::exchange(is_first, false)) found = row.name;
  }
  return found;
}

bool is_allowed(ReasonCode code, PacketType packet) {
  return (packets[static_cast<std::uint8_t>(code)] & bit(packet)) != 0;
}

bool is_known(ReasonCode code) {
  return packets[static_cast<std::uint8_t>(code)] != 0;
}

std::span<const ReasonCodeRow> reason_codes() {
  return rows;
}

std::optional<ReasonCode> reason_code_from_text(std::string_view text) {
  if (const auto number = from_number(text)) return number;
  for (const ReasonCodeRow& row : rows)
    if (is_same_name(row.name, text)) return row.code;
  return std::nullopt;
}

ReasonCode from_connect_return_code(std::uint8_t code) {
  for (const ReturnCode& row : return_codes)
    if (row.return_code == code) return row.reason;
  return ReasonCode::unspecified_error;
}

std::uint8_t to_connect_return_code(ReasonCode code) {
  if (!is_failure(code)) return 0;
  for (const ReturnCode& row : return_codes)
    if (row.reason == code) return row.return_code;
  return server_unavailable;
}

}  // namespace mqtt_toolbox::protocol
