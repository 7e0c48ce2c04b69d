#pragma once

#include <string>

#include "protocol/packet.hpp"

// What findings say of a broker's refusals.

namespace mqtt_toolbox::check {

/// "0x8C Bad authentication method"
std::string reason_text(protocol::ReasonCode reason, protocol::PacketType packet);

/// The Reason String (MQTT 5.0 section 3.4.2.2.2) that goes with a reason code, to be put behind
/// it: `: "no such user"`. Control characters are escaped, and of a long one the beginning is
/// shown. Empty: there is none.
std::string reason_string_of(protocol::Properties properties);

}  // namespace mqtt_toolbox::check
