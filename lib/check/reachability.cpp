#include "check/reachability.hpp"

#include "check/raw_client.hpp"
#include "check/timeout.hpp"

namespace mqtt_toolbox::check {

namespace {

/// A broker may pass on what it has taken before it knows of the subscription.
constexpr int messages = 3;

constexpr Duration timeout_with_message = arrival_timeout.time / messages;

/// `entries` holds what the packet has views of.
protocol::Subscribe subscribe_to(const std::string& topic, std::string& entries) {
  protocol::append_subscription(entries, {topic, protocol::Qos::at_most_once});
  return {1, {}, entries};
}

protocol::Publish message_to(const std::string& topic) {
  return {topic, "look"};
}

bool gets_own_message(RawClient& visitor, const std::string& topic, Duration timeout) {
  std::string entries;
  visitor.send(subscribe_to(topic, entries));
  for (int i = 0; i < messages; ++i) {
    visitor.send(message_to(topic));
    if (visitor.wait_for(protocol::PacketType::publish, timeout)) return true;
  }
  return false;
}

}  // namespace

client::ConnectPlan plan_of_reach(CaseContext& context) {
  client::ConnectPlan plan = context.plan();
  // None that the case has used: they have no 0. Longer than they MQTT 3.1 may not have it.
  plan.client_identifier.back() = '0';
  return plan;
}

Reachability reach_broker(CaseContext& context, Duration pause) {
  if (pause != Duration{} && !context.stay(pause)) return {};
  RawClient visitor(context, plan_of_reach(context));
  Reachability look{visitor.try_connect()};
  if (look.attempt.kind != Attempt::Kind::accepted) return look;
  const Duration timeout = timeout_with_message + 2 * pause / messages;
  look.delivers = gets_own_message(visitor, context.topic("look"), timeout);
  visitor.send(protocol::Disconnect{});
  return look;
}

Reachability look_at_once(CaseContext& context) {
  RawClient visitor(context, plan_of_reach(context));
  const std::string topic = context.topic("look");
  std::string entries;
  const std::string bytes = visitor.encoded(visitor.connect_packet()) +
                            visitor.encoded(subscribe_to(topic, entries)) +
                            visitor.encoded(message_to(topic));
  context.note_sent(topic, {});
  Reachability look{visitor.try_bytes(bytes)};
  if (look.attempt.kind != Attempt::Kind::accepted) return look;
  look.delivers = visitor.wait_for(protocol::PacketType::publish, timeout_with_message) != nullptr;
  visitor.send(protocol::Disconnect{});
  return look;
}

}  // namespace mqtt_toolbox::check
