#pragma once

#include "protocol/packet.hpp"
#include "protocol/reader.hpp"

namespace mqtt_toolbox::protocol {

/// Connect Flags, MQTT 5.0 section 3.1.2.3.
inline constexpr std::uint8_t connect_reserved = 0x01;
inline constexpr std::uint8_t connect_clean_start = 0x02;
inline constexpr std::uint8_t connect_will = 0x04;
inline constexpr std::uint8_t connect_will_qos = 0x18;
inline constexpr unsigned connect_will_qos_shift = 3;
inline constexpr std::uint8_t connect_will_retain = 0x20;
inline constexpr std::uint8_t connect_password = 0x40;
inline constexpr std::uint8_t connect_username = 0x80;

/// The Protocol Name of a version, MQTT 5.0 section 3.1.2.1.
constexpr Bytes protocol_name(Version version) {
  return version == Version::v31 ? "MQIsdp" : "MQTT";
}

/// The body of a CONNECT; faults stay in the reader.
void read_connect(Reader& reader, Connect& connect);

}  // namespace mqtt_toolbox::protocol
