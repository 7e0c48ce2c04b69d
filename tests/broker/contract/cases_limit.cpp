#include <fmt/format.h>

#include "cases.hpp"

// What a server allows, and that the client keeps to it (MQTT 5.0 section 3.2.2.3).

namespace mqtt_toolbox::contract {
namespace {

Peer& guest(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.transport.port = stage.facts().limited->port;
  return stage.connect(plan);
}

std::string reported(Stage& stage) {
  const session::ServerLimits& limits = guest(stage).connected().limits;
  return fmt::format("receive maximum {}, QoS {}, {}, {} bytes, keep-alive {}",
                     limits.receive_maximum, static_cast<int>(limits.maximum_qos),
                     limits.retain_available ? "retain" : "no retain", limits.maximum_packet_size,
                     limits.keep_alive.value_or(0));
}

/// Refused before anything is sent, so that the connection stays.
std::string refused(Stage& stage, const Message& message) {
  Peer& peer = guest(stage);
  std::string how;
  try {
    how = peer.try_publish(message);
  } catch (const Stopped& stopped) {
    how = stopped.observed;
  }
  peer.publish({stage.topic("b"), "one", 1});
  return how + ", still connected";
}

/// One at a time is all that this server takes.
std::string obeyed_receive_maximum(Stage& stage) {
  Peer& peer = guest(stage);
  for (int i = 0; i < 50; ++i) peer.send({stage.topic("a"), std::to_string(i), 1});
  peer.settle();
  return peer.failures().empty() ? "all accepted" : "some refused";
}

bool has_limits(const BrokerFacts& facts) {
  return facts.limited.has_value();
}

}  // namespace

void add_limit_cases(std::vector<Case>& cases) {
  const auto add = [&](const char* name, const char* section, const char* expected,
                       std::function<std::string(Stage&)> play) {
    cases.push_back({name, "server limits", section, in_5_0, expected, std::move(play), "", "tcp",
                     false, has_limits});
  };
  const char* kept_from = "PUBLISH: rejected, still connected";
  add("limits reported", "3.2.2.3",
      "receive maximum 1, QoS 1, no retain, 1000 bytes, keep-alive 30", reported);
  add("maximum QoS", "3.2.2.3.4", kept_from, [](Stage& stage) {
    return refused(stage, {stage.topic("a"), "one", 2});
  });
  add("retain not available", "3.2.2.3.5", kept_from, [](Stage& stage) {
    return refused(stage, {stage.topic("a"), "one", 1, true});
  });
  add("maximum packet size", "3.2.2.3.6", kept_from, [](Stage& stage) {
    return refused(stage, {stage.topic("a"), std::string(2'000, 'x'), 1});
  });
  add("receive maximum", "3.2.2.3.3", "all accepted", obeyed_receive_maximum);
}

}  // namespace mqtt_toolbox::contract
