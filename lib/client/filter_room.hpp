#pragma once

#include <cstddef>

#include "protocol/properties.hpp"

namespace mqtt_toolbox::client {

/// In front of each filter of a SUBSCRIBE or an UNSUBSCRIBE stands its length.
inline constexpr std::size_t filter_length_prefix = 2;
/// Behind each filter of a SUBSCRIBE stand its options.
inline constexpr std::size_t filter_options_size = 1;

/// Bytes of filters with what belongs to each that a SUBSCRIBE or an UNSUBSCRIBE of these
/// properties has room for under a Maximum Packet Size in bytes; the fixed header, the packet
/// identifier and the length of the properties take at most what is counted here (MQTT 5.0 sections
/// 3.8 and 3.10).
inline std::size_t filter_room(std::size_t maximum_packet_size,
                               const protocol::Properties& properties) {
  constexpr std::size_t greatest_overhead = 5 + 2 + 4;
  const std::size_t taken = greatest_overhead + properties.encoded().size();
  return maximum_packet_size > taken ? maximum_packet_size - taken : 0;
}

}  // namespace mqtt_toolbox::client
