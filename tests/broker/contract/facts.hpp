#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::contract {

struct Credentials {
  std::string username;
  std::string password;
};

/// A listener beside the ordinary ones.
struct SpecialDoor {
  std::uint16_t port = 0;
  Credentials credentials;
};

/// What a broker that was started says of itself.
struct BrokerFacts {
  std::string name;
  std::string version;
  /// "tcp", "tls", "ws", "wss" with their ports on 127.0.0.1.
  std::map<std::string, std::uint16_t> doors;
  std::string websocket_path;
  std::string ca_file;
  /// Without them the broker lets nobody in.
  std::optional<Credentials> credentials;
  /// The listener that checks passwords, and what it lets in.
  std::optional<SpecialDoor> login;
  /// A listener with Receive Maximum 1, Maximum QoS 1, Retain Available 0, Maximum Packet Size 1000
  /// and Server Keep Alive 30.
  std::optional<SpecialDoor> limited;
  /// The command that stops the broker and starts it again; empty: none.
  std::vector<std::string> restart;
  /// How many cases it bears side by side.
  unsigned side_by_side = 32;
  /// What is otherwise for clients of MQTT 5.0: some brokers have a listener for each version.
  std::shared_ptr<const BrokerFacts> v5;

  /// What holds for clients of that version; none: those that fall back.
  const BrokerFacts& of(std::optional<protocol::Version> spoken) const {
    return v5 && spoken == protocol::Version::v5 ? *v5 : *this;
  }
};

/// From the file that the start of a broker wrote.
Result<BrokerFacts> read_facts(const std::string& file);

}  // namespace mqtt_toolbox::contract
