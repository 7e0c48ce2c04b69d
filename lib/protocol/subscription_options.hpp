#pragma once

#include <cstdint>

namespace mqtt_toolbox::protocol {

/// The bits of a SUBSCRIBE entry's options byte, MQTT 5.0 section 3.8.3.1.
inline constexpr std::uint8_t options_qos = 0x03;
inline constexpr std::uint8_t options_no_local = 0x04;
inline constexpr std::uint8_t options_retain_as_published = 0x08;
inline constexpr std::uint8_t options_retain_handling = 0x30;
inline constexpr unsigned options_retain_handling_shift = 4;
inline constexpr std::uint8_t options_reserved = 0xC0;

/// MQTT 3.1.1 section 3.8.3: all but the QoS.
inline constexpr std::uint8_t options_before_5_reserved = 0xFC;

}  // namespace mqtt_toolbox::protocol
