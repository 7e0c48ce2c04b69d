#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts.hpp"
#include "line.hpp"
#include "peer.hpp"

namespace mqtt_toolbox::contract {

/// Under which conditions a case is played.
struct Conditions {
  const BrokerFacts& facts;
  client::Engine engine = client::Engine::native;
  std::optional<protocol::Version> version;  ///< none: auto
  std::string_view door = "tcp";
  bool is_long = false;  ///< sizes up to the broker's limit
  bool has_qos_2 = true;
};

/// Where one case is played: its own loop, its own topics, and the clients it brings on.
class Stage {
 public:
  /// Throws Stopped without descriptors for its loop.
  Stage(const Conditions& conditions, std::uint64_t seed, Duration patience);

  const BrokerFacts& facts() const { return conditions_.facts; }
  bool is_long() const { return conditions_.is_long; }
  bool has_qos_2() const { return conditions_.has_qos_2; }
  bool is_v5() const { return conditions_.version == protocol::Version::v5; }
  transport::Loop& loop() { return loop_; }

  /// A topic, or filter, that no other case uses.
  std::string topic(std::string_view name) const;
  /// A client identifier of its own.
  std::string new_identifier();
  /// The settings of a client with an identifier of its own and a session that ends with the
  /// connection.
  client::ConnectPlan plan();
  /// The same with a session that stays for a minute, under the identifier.
  client::ConnectPlan kept_plan(const std::string& identifier);

  /// One whose engine and way do not matter: native, over TCP.
  client::ConnectPlan helper_plan();

  Peer& bring(client::ConnectPlan plan);
  Peer& connect(client::ConnectPlan plan);
  Peer& connect() { return connect(plan()); }

  /// A connection of the plan's that can be cut; the plan leads through it from now on.
  Line& lay_line(client::ConnectPlan& plan);

  /// What `receiver` has got once a last message of `sender` to `topic` has reached it.
  std::string seen(Peer& receiver, Peer& sender, const std::string& topic, int qos = 0);
  std::vector<Received> collect(Peer& receiver, Peer& sender, const std::string& topic,
                                int qos = 0);

  /// Runs the broker's restart command to its end, while the clients go on.
  void restart_broker();

 private:
  Conditions conditions_;
  Random random_;
  const std::unique_ptr<transport::Loop> own_loop_;
  transport::Loop& loop_;
  Time deadline_;
  std::string folder_;  ///< what the topics begin with
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace mqtt_toolbox::contract
