#include "client/advice.hpp"

#include <algorithm>

namespace mqtt_toolbox::client {

using protocol::ReasonCode;

namespace {

constexpr Advice table[] = {
    {ReasonCode::success, false, true, ""},
    {ReasonCode::unspecified_error, false, true, ""},
    {ReasonCode::implementation_specific_error, false, true, ""},
    {ReasonCode::unsupported_protocol_version, false, false, "choose another version with -V"},
    {ReasonCode::client_identifier_not_valid, false, false,
     "choose another client identifier with -i"},
    {ReasonCode::bad_user_name_or_password, false, false, "check the user name and the password"},
    {ReasonCode::not_authorized, false, false,
     "check the user name, the password and the broker's access rules"},
    {ReasonCode::server_unavailable, true, true, "try again later"},
    {ReasonCode::server_busy, true, true, "try again later"},
    {ReasonCode::server_shutting_down, true, true, ""},
    {ReasonCode::keep_alive_timeout, false, true, ""},
    {ReasonCode::session_taken_over, false, false,
     "another client connected with the same client identifier; give each its own with -i"},
    {ReasonCode::message_rate_too_high, true, true, ""},
    {ReasonCode::quota_exceeded, true, true, ""},
    {ReasonCode::administrative_action, false, true, ""},
    {ReasonCode::connection_rate_exceeded, true, true, "try again later"},
    {ReasonCode::maximum_connect_time, false, true, ""},
};

constexpr ReasonCode about_a_packet[] = {
    ReasonCode::malformed_packet,     ReasonCode::protocol_error,
    ReasonCode::not_authorized,       ReasonCode::topic_name_invalid,
    ReasonCode::packet_too_large,     ReasonCode::payload_format_invalid,
    ReasonCode::retain_not_supported, ReasonCode::qos_not_supported,
};

constexpr Advice none{ReasonCode::success, false, false, ""};

}  // namespace

const Advice& advice_for(ReasonCode reason) {
  for (const Advice& advice : table) {
    if (advice.reason == reason) return advice;
  }
  return none;
}

bool may_be_about_a_packet(ReasonCode reason) {
  return std::ranges::find(about_a_packet, reason) != std::end(about_a_packet);
}

}  // namespace mqtt_toolbox::client
