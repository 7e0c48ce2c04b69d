#pragma once

#include <optional>

#include "protocol/fault.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::protocol {

/// Rules on the content of packets that hold alike when one is decoded and when one is encoded.

/// A reason code that the standard does not name, or not for that packet (MQTT 5.0 section 2.4).
std::optional<Fault> reason_fault(ReasonCode code, PacketType type);

std::optional<Fault> connack_fault(const ConnAck& connack, Version version);

/// The codes of SUBACK and UNSUBACK.
std::optional<Fault> codes_fault(Bytes codes, PacketType type, Version version);

/// The options byte of a SUBSCRIBE entry, MQTT 5.0 section 3.8.3.1.
std::optional<Fault> subscription_options_fault(std::uint8_t options, bool is_shared,
                                                Version version);

}  // namespace mqtt_toolbox::protocol
