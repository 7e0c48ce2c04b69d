#pragma once

#include "protocol/fault.hpp"
#include "protocol/reason.hpp"

namespace mqtt_toolbox::session {

/// The reason code for the DISCONNECT that answers a fault (MQTT 5.0 sections 4.13 and 3.14.2.1):
/// Malformed Packet unless the standard calls it something else.
protocol::ReasonCode reason_for(protocol::Fault fault);

}  // namespace mqtt_toolbox::session
