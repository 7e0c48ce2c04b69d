#pragma once

#include <array>
#include <optional>

#include "protocol/fault.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

inline constexpr std::uint8_t dup_flag = 0x08;
inline constexpr std::uint8_t retain_flag = 0x01;

/// The flags that PUBREL, SUBSCRIBE and UNSUBSCRIBE must have, and all others must not.
constexpr std::uint8_t reserved_flags_of(PacketType type) {
  const bool has_bit_1 = type == PacketType::pubrel || type == PacketType::subscribe ||
                         type == PacketType::unsubscribe;
  return has_bit_1 ? 0x02 : 0x00;
}

/// What is wrong with the first byte of a packet, MQTT 5.0 sections 2.1.2 and 2.1.3.
constexpr std::optional<Fault> first_byte_fault(std::uint8_t first, bool knows_version_is_later) {
  const auto type = static_cast<PacketType>(first >> 4);
  const std::uint8_t flags = first & 0x0F;
  if (first < 0x10) return Fault::reserved_packet_type;
  if (type == PacketType::publish) {
    if ((flags & 0x06) == 0x06) return Fault::qos_3;
    if ((flags & 0x06) == 0 && (flags & dup_flag) != 0) return Fault::dup_at_qos_0;
    return std::nullopt;
  }
  const std::uint8_t wanted = reserved_flags_of(type);
  // MQTT 3.1 section 2.1 sets DUP when it sends these three again.
  const bool may_be_dup = wanted != 0 && !knows_version_is_later;
  if (flags == wanted || (may_be_dup && flags == (wanted | dup_flag))) return std::nullopt;
  return Fault::reserved_flags;
}

/// The same as a table, because every packet passes here.
inline constexpr std::array<std::optional<Fault>, 256> first_byte_faults = [] {
  std::array<std::optional<Fault>, 256> faults{};
  for (unsigned first = 0; first < 256; ++first)
    faults[first] = first_byte_fault(static_cast<std::uint8_t>(first), false);
  return faults;
}();

}  // namespace mqtt_toolbox::protocol
