#pragma once

#include <cstddef>
#include <string>

#include "base/time.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::probe {

/// An application message as a script sends it or as it came.
struct Message {
  std::string topic{};
  std::string payload{};
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};
  // Of a message that came:
  bool dup = false;
  protocol::PacketIdentifier packet_identifier = 0;
  Time at{};
};

/// What a broker can make one client of a check keep: received packets, in bytes.
inline constexpr std::size_t most_received_bytes = 64u << 20;
/// What a message that is kept takes of it.
std::size_t bytes_kept(const protocol::Publish& publish);

Message copy_of(const protocol::Publish& publish, Time now);
/// A view of the message, for as long as it lives.
protocol::Publish view_of(const Message& message);

}  // namespace mqtt_toolbox::probe
