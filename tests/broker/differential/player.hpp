#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "script.hpp"

namespace mqtt_toolbox::differential {

/// Where the broker is, and how the player's connection is cut.
struct Stage {
  std::uint16_t port = 0;        ///< of the broker, for the third client
  std::uint16_t relay_port = 0;  ///< for the player
  std::function<void()> cut;     ///< every connection through the relay
  protocol::Version version = protocol::Version::v5;
};

/// What was seen after one operation; the prefix of topics is taken off.
struct Sight {
  std::vector<std::string> third;   ///< by a client that subscribes to everything, by QoS in order
  std::vector<std::string> player;  ///< by the player, sorted; outcomes of its requests included
};

/// Plays the script with one engine, below topics and with a client identifier of this `name`. A
/// time-out is an error that names the operation.
Result<std::vector<Sight>> play(const std::vector<Operation>& script, const Stage& stage,
                                client::Engine engine, const std::string& name);

}  // namespace mqtt_toolbox::differential
