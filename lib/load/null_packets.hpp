#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "protocol/codec.hpp"

namespace mqtt_toolbox::load {

/// A two byte integer (MQTT 5.0 section 1.5.2); both bytes must be there.
inline std::uint16_t two_bytes(protocol::Bytes bytes, std::size_t at) {
  const auto high = static_cast<unsigned char>(bytes[at]);
  const auto low = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<std::uint16_t>(high << 8 | low);
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP without reason code and properties.
inline void append_acknowledgement(std::string& out, protocol::PacketType type,
                                   protocol::PacketIdentifier identifier) {
  const std::size_t size = out.size();
  out.resize(size + 4);
  const auto room = std::span(out).subspan(size);
  out.resize(size + protocol::encode_plain_acknowledgement(type, identifier, room));
}

}  // namespace mqtt_toolbox::load
