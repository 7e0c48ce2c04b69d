#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "support/rule_breaker/outbox.hpp"

namespace mqtt_toolbox::rule_breaker {

class Client;

/// One topic filter that a session has subscribed to.
struct Subscription {
  std::string filter;  ///< without $share
  std::string share;   ///< the share name; empty: none
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint32_t identifier = 0;  ///< 0: none
};

/// A will, and how long after the connection it is sent.
struct PlannedWill {
  std::shared_ptr<Message> message;
  Duration delay{};
};

/// What the broker keeps of a client beyond its connections, MQTT 5.0 section 4.1.
struct Session {
  static constexpr std::uint32_t no_expiry = 0xFFFF'FFFF;

  Session(transport::Loop& loop, const Rules& rules, std::string identifier,
          transport::Loop::Callback expire)
      : client_identifier(std::move(identifier)),
        outbox(loop, rules),
        expiry_timer(loop, std::move(expire)) {}

  std::string client_identifier;
  std::uint32_t expiry_seconds = 0;
  Client* client = nullptr;
  std::optional<PlannedWill> will;
  std::map<std::string, Subscription> subscriptions;  ///< by the filter as it was sent
  std::set<protocol::PacketIdentifier> received;      ///< at QoS 2, PUBREL is awaited
  /// See Breach::topic_alias_carried_over.
  std::map<std::uint16_t, std::string> topics_by_alias;
  Outbox outbox;
  transport::Loop::Timer expiry_timer;
};

}  // namespace mqtt_toolbox::rule_breaker
