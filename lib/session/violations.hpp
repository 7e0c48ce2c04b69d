#pragma once

#include <string_view>

#include "protocol/reason.hpp"
#include "protocol/statement.hpp"

namespace mqtt_toolbox::session {

/// A packet of the server's that is well-formed, and still against the rules of the conversation.
struct Violation {
  protocol::ReasonCode reason;   ///< for the DISCONNECT that ends the connection, section 4.13
  std::string_view text;         ///< "the broker sent a second CONNACK"
  protocol::Statement server{};  ///< what forbids it to the server
};

namespace violations {

using protocol::ReasonCode;

inline constexpr Violation packet_before_connack{ReasonCode::protocol_error,
                                                 "the broker sent another packet before CONNACK",
                                                 {"MQTT-3.2.0-1", "MQTT-3.2.0-1"}};
inline constexpr Violation second_connack{
    ReasonCode::protocol_error, "the broker sent a second CONNACK", {"MQTT-3.2.0-2"}};
inline constexpr Violation connack_too_large{ReasonCode::packet_too_large,
                                             "the broker's answer to CONNECT has over 1 MiB"};
inline constexpr Violation connack_of_older_version{
    ReasonCode::protocol_error, "the broker accepted a 5.0 CONNECT in the form of 3.1.1"};
inline constexpr Violation session_kept{
    ReasonCode::protocol_error,
    "the broker kept a session although a new one was asked for",
    {"MQTT-3.2.2-2", "MQTT-3.2.2-1"}};
inline constexpr Violation unasked_auth{
    ReasonCode::protocol_error,
    "the broker sent AUTH for an authentication method that it was not asked for",
    {"MQTT-4.12.0-6"}};
inline constexpr Violation auth_of_other_method{
    ReasonCode::protocol_error, unasked_auth.text, {"MQTT-4.12.0-5"}};
inline constexpr Violation packet_of_client{ReasonCode::protocol_error,
                                            "the broker sent a packet that only clients send"};
inline constexpr Violation alias_above_maximum{
    ReasonCode::topic_alias_invalid,
    "the broker used a topic alias above the Topic Alias Maximum",
    {"MQTT-3.1.2-26"}};
inline constexpr Violation alias_without_topic{ReasonCode::protocol_error,
                                               "the broker used a topic alias that has no topic"};
inline constexpr Violation above_receive_maximum{
    ReasonCode::receive_maximum_exceeded,
    "the broker sent more messages at once than the Receive Maximum",
    {"MQTT-3.3.4-9"}};
inline constexpr Violation wrong_acknowledgement{
    ReasonCode::protocol_error,
    "the broker sent an acknowledgement of the wrong kind",
    {"MQTT-3.3.4-1", "MQTT-3.3.4-1"}};
inline constexpr Violation acknowledged_unsent{
    ReasonCode::protocol_error,
    "the broker acknowledged a message before it was sent",
    {"MQTT-2.2.1-5", "MQTT-2.3.1-6"}};
inline constexpr Violation wrong_answer{ReasonCode::protocol_error,
                                        "the broker sent an acknowledgement of the wrong kind"};
inline constexpr Violation codes_of_subscribe{
    ReasonCode::protocol_error,
    "the broker did not answer each topic filter with one reason code",
    {"MQTT-3.8.4-6", "MQTT-3.8.4-5"}};
inline constexpr Violation codes_of_unsubscribe{
    ReasonCode::protocol_error, codes_of_subscribe.text, {"MQTT-3.11.3-2"}};

}  // namespace violations

}  // namespace mqtt_toolbox::session
