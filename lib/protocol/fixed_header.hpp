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

namespace detail {

constexpr std::optional<Fault> find_first_byte_fault(std::uint8_t first, bool is_31) {
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
  const bool is_again = is_31 && wanted != 0 && flags == (wanted | dup_flag);
  return flags == wanted || is_again ? std::nullopt : std::optional(Fault::reserved_flags);
}

/// A table, because every packet passes here.
constexpr std::array<std::optional<Fault>, 256> first_byte_faults(bool is_31) {
  std::array<std::optional<Fault>, 256> faults{};
  for (unsigned first = 0; first < 256; ++first)
    faults[first] = find_first_byte_fault(static_cast<std::uint8_t>(first), is_31);
  return faults;
}

inline constexpr auto faults_of_31 = first_byte_faults(true);
inline constexpr auto faults_of_later = first_byte_faults(false);

}  // namespace detail

/// What is wrong with the first byte of a packet, MQTT 5.0 sections 2.1.2 and 2.1.3. While the
/// version is unknown it is judged as 3.1, which allows the most.
inline std::optional<Fault> first_byte_fault(std::uint8_t first, Version version = Version::v31) {
  return version == Version::v31 ? detail::faults_of_31[first] : detail::faults_of_later[first];
}

}  // namespace mqtt_toolbox::protocol
