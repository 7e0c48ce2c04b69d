#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::check {

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

/// How much of it a client of a check reads before it says that the broker sends without end, in
/// bytes.
inline constexpr std::size_t most_received_bytes = 64u << 20;
inline constexpr std::string_view sends_without_end = "the broker sends without end";
/// What a message that is kept takes, in bytes.
std::size_t bytes_kept(const protocol::Publish& publish);
/// Whether one of the filters, with or without $share, matches the topic: what comes from others
/// nobody asks for, and it is not kept.
bool is_judged(const std::vector<std::string>& filters, std::string_view topic);

Message copy_of(const protocol::Publish& publish, Time now);
/// A view of the message, for as long as it lives.
protocol::Publish view_of(const Message& message);

}  // namespace mqtt_toolbox::check
