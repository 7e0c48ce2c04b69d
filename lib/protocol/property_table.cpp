#include <array>

#include "protocol/properties.hpp"

namespace mqtt_toolbox::protocol {
namespace {

constexpr std::uint32_t bit(PropertyPlace place) {
  return 1U << static_cast<unsigned>(place);
}

constexpr std::uint32_t connect = bit(PropertyPlace::connect);
constexpr std::uint32_t connack = bit(PropertyPlace::connack);
constexpr std::uint32_t publish = bit(PropertyPlace::publish);
constexpr std::uint32_t acknowledgements =
    bit(PropertyPlace::puback) | bit(PropertyPlace::pubrec) | bit(PropertyPlace::pubrel) |
    bit(PropertyPlace::pubcomp) | bit(PropertyPlace::suback) | bit(PropertyPlace::unsuback);
constexpr std::uint32_t subscribe = bit(PropertyPlace::subscribe);
constexpr std::uint32_t unsubscribe = bit(PropertyPlace::unsubscribe);
constexpr std::uint32_t disconnect = bit(PropertyPlace::disconnect);
constexpr std::uint32_t auth = bit(PropertyPlace::auth);
constexpr std::uint32_t will = bit(PropertyPlace::will);
constexpr std::uint32_t anywhere = connect | connack | publish | acknowledgements | subscribe |
                                   unsubscribe | disconnect | auth | will;

constexpr auto byte = PropertyKind::byte;
constexpr auto two_bytes = PropertyKind::two_byte_integer;
constexpr auto four_bytes = PropertyKind::four_byte_integer;
constexpr auto variable = PropertyKind::variable_byte_integer;
constexpr auto string = PropertyKind::utf8_string;
constexpr auto binary = PropertyKind::binary_data;
constexpr auto pair = PropertyKind::utf8_string_pair;

constexpr std::uint32_t max16 = 0xFFFF;
constexpr std::uint32_t max32 = 0xFFFFFFFF;

using Id = PropertyId;

/// MQTT 5.0 table 2-4 with the ranges of the sections it points to; the only list of properties.
constexpr std::array<PropertyRow, 27> rows{{
    {Id::payload_format_indicator, "Payload Format Indicator", "payload_format_indicator",
     "payload-format-indicator", byte, publish | will, 0, 0, 1},
    {Id::message_expiry_interval, "Message Expiry Interval", "message_expiry_interval_s",
     "message-expiry-interval", four_bytes, publish | will, 0, 0, max32},
    {Id::content_type, "Content Type", "content_type", "content-type", string, publish | will, 0, 0,
     0},
    {Id::response_topic, "Response Topic", "response_topic", "response-topic", string,
     publish | will, 0, 0, 0},
    {Id::correlation_data, "Correlation Data", "correlation_data", "correlation-data", binary,
     publish | will, 0, 0, 0},
    {Id::subscription_identifier, "Subscription Identifier", "subscription_identifiers",
     "subscription-identifier", variable, publish | subscribe, publish, 1,
     maximum_remaining_length},
    {Id::session_expiry_interval, "Session Expiry Interval", "session_expiry_interval_s",
     "session-expiry-interval", four_bytes, connect | connack | disconnect, 0, 0, max32},
    {Id::assigned_client_identifier, "Assigned Client Identifier", "assigned_client_identifier",
     "assigned-client-identifier", string, connack, 0, 0, 0},
    {Id::server_keep_alive, "Server Keep Alive", "server_keep_alive_s", "server-keep-alive",
     two_bytes, connack, 0, 0, max16},
    {Id::authentication_method, "Authentication Method", "authentication_method",
     "authentication-method", string, connect | connack | auth, 0, 0, 0},
    {Id::authentication_data, "Authentication Data", "authentication_data", "authentication-data",
     binary, connect | connack | auth, 0, 0, 0},
    {Id::request_problem_information, "Request Problem Information", "request_problem_information",
     "request-problem-information", byte, connect, 0, 0, 1},
    {Id::will_delay_interval, "Will Delay Interval", "will_delay_interval_s", "will-delay-interval",
     four_bytes, will, 0, 0, max32},
    {Id::request_response_information, "Request Response Information",
     "request_response_information", "request-response-information", byte, connect, 0, 0, 1},
    {Id::response_information, "Response Information", "response_information",
     "response-information", string, connack, 0, 0, 0},
    {Id::server_reference, "Server Reference", "server_reference", "server-reference", string,
     connack | disconnect, 0, 0, 0},
    {Id::reason_string, "Reason String", "reason_string", "reason-string", string,
     connack | acknowledgements | disconnect | auth, 0, 0, 0},
    {Id::receive_maximum, "Receive Maximum", "receive_maximum", "receive-maximum", two_bytes,
     connect | connack, 0, 1, max16},
    {Id::topic_alias_maximum, "Topic Alias Maximum", "topic_alias_maximum", "topic-alias-maximum",
     two_bytes, connect | connack, 0, 0, max16},
    {Id::topic_alias, "Topic Alias", "topic_alias", "topic-alias", two_bytes, publish, 0, 1, max16},
    {Id::maximum_qos, "Maximum QoS", "maximum_qos", "maximum-qos", byte, connack, 0, 0, 1},
    {Id::retain_available, "Retain Available", "retain_available", "retain-available", byte,
     connack, 0, 0, 1},
    {Id::user_property, "User Property", "user_properties", "user-property", pair, anywhere,
     anywhere, 0, 0},
    {Id::maximum_packet_size, "Maximum Packet Size", "maximum_packet_size_bytes",
     "maximum-packet-size", four_bytes, connect | connack, 0, 1, max32},
    {Id::wildcard_subscription_available, "Wildcard Subscription Available",
     "wildcard_subscription_available", "wildcard-subscription-available", byte, connack, 0, 0, 1},
    {Id::subscription_identifier_available, "Subscription Identifier Available",
     "subscription_identifier_available", "subscription-identifier-available", byte, connack, 0, 0,
     1},
    {Id::shared_subscription_available, "Shared Subscription Available",
     "shared_subscription_available", "shared-subscription-available", byte, connack, 0, 0, 1},
}};

constexpr std::size_t identifiers = static_cast<std::size_t>(rows.back().id) + 1;

constexpr std::array<const PropertyRow*, identifiers> rows_by_identifier() {
  std::array<const PropertyRow*, identifiers> by_id{};
  for (const PropertyRow& row : rows) by_id[static_cast<std::size_t>(row.id)] = &row;
  return by_id;
}

constexpr std::array<const PropertyRow*, identifiers> by_identifier = rows_by_identifier();

}  // namespace

std::span<const PropertyRow> property_rows() {
  return rows;
}

const PropertyRow* property_row(PropertyId id) {
  const auto index = static_cast<std::size_t>(id);
  return index < by_identifier.size() ? by_identifier[index] : nullptr;
}

const PropertyRow* property_row_by_flag(std::string_view flag_name) {
  for (const PropertyRow& row : rows)
    if (row.flag_name == flag_name) return &row;
  return nullptr;
}

}  // namespace mqtt_toolbox::protocol
