#pragma once

#include <string>

#include "base/random.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::record {

/// A message that a broker could deliver, with its bytes.
struct RandomMessage {
  std::string topic;
  std::string payload;
  protocol::Qos qos{};
  bool retain = false;
  bool dup = false;
  protocol::PacketIdentifier packet_identifier = 0;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};

  protocol::Publish publish() const;
};

RandomMessage random_message(Random& random);

/// Any bytes, or UTF-8 with every kind of character, NUL only where asked for.
std::string random_bytes(Random& random, std::size_t limit);
std::string random_utf8(Random& random, std::size_t limit, bool with_nul);

}  // namespace mqtt_toolbox::record
