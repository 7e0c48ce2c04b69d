#pragma once

#include <cstdint>
#include <string_view>

#include "base/export.hpp"

namespace mqtt_toolbox::protocol {

/// Text or binary data inside a packet. Views live as long as the bytes they were decoded from.
using Bytes = std::string_view;

/// MQTT Control Packet types, MQTT 5.0 section 2.1.2. AUTH exists in 5.0 only.
enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
  auth = 15,
};

/// "CONNECT", "PUBACK", ...
MQTT_TOOLBOX_API std::string_view name(PacketType type);

/// The Protocol Version byte of CONNECT, MQTT 5.0 section 3.1.2.2.
enum class Version : std::uint8_t { v31 = 3, v311 = 4, v5 = 5 };

/// "3.1", "3.1.1", "5.0".
MQTT_TOOLBOX_API std::string_view name(Version version);

/// Quality of Service, MQTT 5.0 section 4.3.
enum class Qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

/// Two Byte Integer; 0 is "none" (MQTT 5.0 section 2.2.1).
using PacketIdentifier = std::uint16_t;

/// The largest Remaining Length, MQTT 5.0 section 2.1.4.
inline constexpr std::uint32_t maximum_remaining_length = 268'435'455;

/// The largest whole packet: fixed header byte, four length bytes, Remaining Length.
inline constexpr std::uint32_t maximum_packet_bytes = maximum_remaining_length + 5;

/// The largest UTF-8 string or binary data, MQTT 5.0 section 1.5.4.
inline constexpr std::size_t maximum_string_bytes = 65'535;

}  // namespace mqtt_toolbox::protocol
