#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

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
};

/// From the file that the start of a broker wrote.
Result<BrokerFacts> read_facts(const std::string& file);

}  // namespace mqtt_toolbox::contract
