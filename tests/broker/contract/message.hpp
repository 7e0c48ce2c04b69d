#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::contract {

struct Message {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};
};

struct Received {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retain = false;
  bool dup = false;
  std::string properties;  ///< encoded
  Time at{};

  protocol::Properties view() const { return protocol::Properties(properties); }
};

/// "21.5 at QoS 1, retained"; a payload that is long by its size.
std::string describe(const Received& message);
/// One after the other; "nothing" when there are none.
std::string describe(const std::vector<Received>& messages);

/// The properties in the order received: "content_type=text/plain user_property=a:b".
std::string describe(protocol::Properties properties);

}  // namespace mqtt_toolbox::contract
