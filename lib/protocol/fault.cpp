#include "protocol/fault.hpp"

#include <array>

namespace mqtt_toolbox::protocol {
namespace {

struct Row {
  Fault fault;
  FaultMeaning meaning;
};

constexpr auto malformed = ReasonCode::malformed_packet;
constexpr auto violation = ReasonCode::protocol_error;

// An empty topic name is a protocol error by section 3.3.2.1, where nothing stands for it.
constexpr std::array rows{
    Row{Fault::reserved_packet_type, {"the packet type is reserved", "2.1.2", malformed}},
    Row{Fault::reserved_flags,
        {"the flags of the fixed header are not those of the packet type",
         "2.1.3",
         malformed,
         {"MQTT-2.1.3-1", "MQTT-2.2.2-1"}}},
    Row{Fault::qos_3,
        {"a PUBLISH has QoS 3", "3.3.1.2", malformed, {"MQTT-3.3.1-4", "MQTT-3.3.1-4"}}},
    Row{Fault::dup_at_qos_0,
        {"a PUBLISH has DUP set at QoS 0", "3.3.1.1", malformed, {"MQTT-3.3.1-2", "MQTT-3.3.1-2"}}},
    Row{Fault::variable_integer_malformed,
        {"a variable byte integer has more than four bytes", "1.5.5", malformed}},
    Row{Fault::variable_integer_not_minimal,
        {"a variable byte integer has more bytes than it needs",
         "1.5.5",
         malformed,
         {"MQTT-1.5.5-1"}}},
    Row{Fault::packet_too_large,
        {"the packet is larger than allowed",
         "3.1.2.11.4",
         ReasonCode::packet_too_large,
         {"MQTT-3.1.2-24"}}},
    Row{Fault::packet_truncated, {"the packet ends before its last field", "2.1.4", malformed}},
    Row{Fault::packet_has_trailing_bytes,
        {"bytes follow the last field of the packet", "2.1.4", malformed}},
    Row{Fault::string_truncated,
        {"a string or binary data ends behind its packet", "1.5.4", malformed}},
    Row{Fault::string_too_long,
        {"a string or binary data has more than 65535 bytes", "1.5.4", malformed}},
    Row{Fault::string_not_utf8,
        {"a string is not well-formed UTF-8",
         "1.5.4",
         malformed,
         {"MQTT-1.5.4-1", "MQTT-1.5.3-1"}}},
    Row{Fault::string_contains_nul,
        {"a string contains a null character",
         "1.5.4",
         malformed,
         {"MQTT-1.5.4-2", "MQTT-1.5.3-2"}}},
    Row{Fault::packet_identifier_zero, {"the packet identifier is 0", "2.2.1", violation}},
    Row{Fault::packet_identifier_missing,
        {"the packet ends before its packet identifier", "2.2.1", malformed}},
    Row{Fault::protocol_name_unknown,
        {"the protocol name is not MQTT", "3.1.2.1", ReasonCode::unsupported_protocol_version}},
    Row{Fault::protocol_version_unknown,
        {"the protocol version is unknown", "3.1.2.2", ReasonCode::unsupported_protocol_version}},
    Row{Fault::connect_reserved_flag,
        {"the reserved flag of CONNECT is set", "3.1.2.3", malformed}},
    Row{Fault::connect_will_flags_without_will,
        {"a CONNECT without a will has Will QoS or Will Retain", "3.1.2.5", malformed}},
    Row{Fault::connect_will_qos_3, {"a will has QoS 3", "3.1.2.6", malformed}},
    Row{Fault::connect_password_without_username,
        {"a password without a user name, which only MQTT 5.0 allows", "3.1.2.9", malformed}},
    Row{Fault::connack_reserved_bits,
        {"reserved bits of the connect acknowledge flags are set",
         "3.2.2.1",
         malformed,
         {"MQTT-3.2.2-1"}}},
    Row{Fault::connack_session_present_on_refusal,
        {"a CONNACK refuses but has Session Present",
         "3.2.2.1.1",
         violation,
         {"MQTT-3.2.2-6", "MQTT-3.2.2-4"}}},
    Row{Fault::reason_code_unknown, {"the reason code is unknown", "2.4", malformed}},
    Row{Fault::reason_code_not_for_packet,
        {"the reason code does not belong in this packet", "2.4", violation}},
    Row{Fault::property_unknown, {"the property is unknown", "2.2.2.2", malformed}},
    Row{Fault::property_not_for_packet,
        {"the property does not belong in this packet", "2.2.2.2", malformed}},
    Row{Fault::property_repeated, {"a property stands twice", "2.2.2.2", violation}},
    Row{Fault::property_value_out_of_range,
        {"the value of a property is out of range", "2.2.2.2", violation}},
    Row{Fault::property_length_exceeds_packet,
        {"the properties end behind their packet", "2.2.2.1", malformed}},
    Row{Fault::topic_name_empty,
        {"the topic name is empty", "4.7.3", violation, {"MQTT-4.7.3-1", "MQTT-4.7.3-1"}}},
    Row{Fault::topic_name_has_wildcard,
        {"a topic name contains a wildcard",
         "3.3.2.1",
         ReasonCode::topic_name_invalid,
         {"MQTT-3.3.2-2", "MQTT-3.3.2-2"}}},
    Row{Fault::response_topic_has_wildcard,
        {"a Response Topic contains a wildcard",
         "3.3.2.3.5",
         ReasonCode::topic_name_invalid,
         {"MQTT-3.3.2-14"}}},
    Row{Fault::topic_alias_zero,
        {"the topic alias is 0", "3.3.2.3.4", ReasonCode::topic_alias_invalid, {"MQTT-3.3.2-8"}}},
    Row{Fault::topic_filter_empty,
        {"the topic filter is empty", "4.7.3", ReasonCode::topic_filter_invalid}},
    Row{Fault::topic_filter_wildcard_misplaced,
        {"a wildcard of the topic filter shares its level or is # before the last level", "4.7.1",
         ReasonCode::topic_filter_invalid}},
    Row{Fault::shared_subscription_malformed,
        {"the shared subscription is not $share/NAME/FILTER", "4.8.2",
         ReasonCode::topic_filter_invalid}},
    Row{Fault::subscribe_without_filter, {"a SUBSCRIBE has no topic filter", "3.8.3", violation}},
    Row{Fault::unsubscribe_without_filter,
        {"an UNSUBSCRIBE has no topic filter", "3.10.3", violation}},
    Row{Fault::suback_without_reason_code,
        {"a SUBACK or UNSUBACK has no reason code", "3.9.3", violation}},
    Row{Fault::subscription_options_reserved_bits,
        {"reserved bits of the subscription options are set", "3.8.3.1", malformed}},
    Row{Fault::subscription_options_qos_3,
        {"the subscription options have QoS 3", "3.8.3.1", violation}},
    Row{Fault::retain_handling_3,
        {"the subscription options have Retain Handling 3", "3.8.3.1", violation}},
    Row{Fault::no_local_on_shared_subscription,
        {"No Local is set on a shared subscription", "3.8.3.1", violation}},
    Row{Fault::packet_not_in_this_version,
        {"the packet type does not exist before MQTT 5.0", "2.1.2", violation}},
    Row{Fault::buffer_too_small,
        {"the buffer is too small for the packet", "", ReasonCode::unspecified_error}},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].fault) != i) return false;
  return rows.back().fault == Fault::buffer_too_small;
}
static_assert(rows_are_in_order());

/// The reason codes of each packet are listed with it; before 5.0 two packets have such codes.
constexpr Statement reason_code_statement(PacketType packet) {
  switch (packet) {
    case PacketType::connack: return {"MQTT-3.2.2-8"};
    case PacketType::puback: return {"MQTT-3.4.2-1"};
    case PacketType::pubrec: return {"MQTT-3.5.2-1"};
    case PacketType::pubrel: return {"MQTT-3.6.2-1"};
    case PacketType::pubcomp: return {"MQTT-3.7.2-1"};
    case PacketType::suback: return {"MQTT-3.9.3-2", "MQTT-3.9.3-2"};
    case PacketType::unsuback: return {"MQTT-3.11.3-2"};
    case PacketType::disconnect: return {"MQTT-3.14.2-1"};
    case PacketType::auth: return {"MQTT-3.15.2-1"};
    default: return {};
  }
}

/// Of a packet identifier that is 0 or missing.
constexpr Statement identifier_statement(PacketType packet) {
  switch (packet) {
    case PacketType::publish: return {"MQTT-2.2.1-4", "MQTT-2.3.1-4"};
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel: return {"MQTT-2.2.1-5", "MQTT-2.3.1-6"};
    case PacketType::pubcomp: return {"MQTT-2.2.1-5"};
    case PacketType::suback:
    case PacketType::unsuback: return {"MQTT-2.2.1-6", "MQTT-2.3.1-7"};
    default: return {};
  }
}

constexpr Statement code_count_statement(PacketType packet) {
  return packet == PacketType::suback ? Statement{"MQTT-3.8.4-6", "MQTT-3.8.4-5"} : Statement{};
}

}  // namespace

FaultMeaning meaning(Fault fault) {
  return rows[static_cast<std::size_t>(fault)].meaning;
}

Statement server_statement(Fault fault, PacketType packet) {
  switch (fault) {
    case Fault::reason_code_unknown:
    case Fault::reason_code_not_for_packet: return reason_code_statement(packet);
    case Fault::packet_identifier_zero:
    case Fault::packet_identifier_missing: return identifier_statement(packet);
    case Fault::suback_without_reason_code: return code_count_statement(packet);
    default: return meaning(fault).server;
  }
}

std::string describe(Fault fault) {
  const FaultMeaning what = meaning(fault);
  std::string text(what.text);
  if (what.section.empty()) return text;
  return text.append(" (MQTT 5.0 section ").append(what.section).append(")");
}

}  // namespace mqtt_toolbox::protocol
