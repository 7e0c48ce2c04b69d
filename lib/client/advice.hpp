#pragma once

#include <string_view>

#include "base/export.hpp"
#include "protocol/reason.hpp"

namespace mqtt_toolbox::client {

/// What a refusal in CONNACK or a DISCONNECT of the server means for the next attempt.
struct Advice {
  protocol::ReasonCode reason;
  bool passes_in_connack;     ///< the same CONNECT may succeed later
  bool passes_in_disconnect;  ///< the connection may go on after a reconnect
  std::string_view mend;      ///< one clause for the user, or empty
};

/// Codes without a row of their own do not pass and have no mend.
MQTT_TOOLBOX_API const Advice& advice_for(protocol::ReasonCode reason);

/// Whether a DISCONNECT with this code may speak of one packet that the server has received, so
/// that a connection without that packet would stand (MQTT 5.0 section 3.14.2.1).
bool may_be_about_a_packet(protocol::ReasonCode reason);

}  // namespace mqtt_toolbox::client
