#include "check/look.hpp"

#include "check/patience.hpp"
#include "check/raw_client.hpp"

namespace mqtt_toolbox::check {

namespace {

/// A broker may pass on what it has taken before it knows of the subscription.
constexpr int messages = 3;

constexpr Duration patience_with_message = arrival_patience.time / messages;

/// `entries` holds what the packet has views of.
protocol::Subscribe subscribe_to(const std::string& topic, std::string& entries) {
  protocol::append_subscription(entries, {topic, protocol::Qos::at_most_once});
  return {1, {}, entries};
}

protocol::Publish message_to(const std::string& topic) {
  return {topic, "look"};
}

bool gets_own_message(Bare& visitor, const std::string& topic, Duration patience) {
  std::string entries;
  visitor.send(subscribe_to(topic, entries));
  for (int i = 0; i < messages; ++i) {
    visitor.send(message_to(topic));
    if (visitor.wait_for(protocol::PacketType::publish, patience)) return true;
  }
  return false;
}

}  // namespace

client::ConnectPlan plan_of_look(Scene& scene) {
  client::ConnectPlan plan = scene.plan();
  // None that the case has used: they have no 0. Longer than they MQTT 3.1 may not have it.
  plan.client_identifier.back() = '0';
  return plan;
}

Look look_at_broker(Scene& scene, Duration pause) {
  if (pause != Duration{} && !scene.stay(pause)) return {};
  Bare visitor(scene, plan_of_look(scene));
  Look look{visitor.try_connect()};
  if (look.attempt.kind != Attempt::Kind::accepted) return look;
  const Duration patience = patience_with_message + 2 * pause / messages;
  look.delivers = gets_own_message(visitor, scene.topic("look"), patience);
  visitor.send(protocol::Disconnect{});
  return look;
}

Look look_at_once(Scene& scene) {
  Bare visitor(scene, plan_of_look(scene));
  const std::string topic = scene.topic("look");
  std::string entries;
  const std::string bytes = visitor.encoded(visitor.connect_packet()) +
                            visitor.encoded(subscribe_to(topic, entries)) +
                            visitor.encoded(message_to(topic));
  scene.note_sent(topic, {});
  Look look{visitor.try_bytes(bytes)};
  if (look.attempt.kind != Attempt::Kind::accepted) return look;
  look.delivers = visitor.wait_for(protocol::PacketType::publish, patience_with_message) != nullptr;
  visitor.send(protocol::Disconnect{});
  return look;
}

}  // namespace mqtt_toolbox::check
