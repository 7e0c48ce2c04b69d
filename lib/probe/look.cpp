#include "probe/look.hpp"

#include "probe/bare.hpp"
#include "probe/patience.hpp"

namespace mqtt_toolbox::probe {

namespace {

/// A broker may pass on what it has taken before it knows of the subscription.
constexpr int messages = 3;

bool gets_own_message(Bare& visitor, const std::string& topic, Duration patience) {
  std::string entries;
  protocol::append_subscription(entries, {topic, protocol::Qos::at_most_once});
  visitor.send(protocol::Subscribe{1, {}, entries});
  for (int i = 0; i < messages; ++i) {
    visitor.send(protocol::Publish{topic, "look"});
    if (visitor.wait_for(protocol::PacketType::publish, patience / messages)) return true;
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
  if (!scene.stay(pause)) return {};
  Bare visitor(scene, plan_of_look(scene));
  Look look{visitor.try_connect()};
  if (look.attempt.kind != Attempt::Kind::accepted) return look;
  look.delivers = gets_own_message(visitor, scene.topic("look"), arrival_patience.time + 2 * pause);
  visitor.send(protocol::Disconnect{});
  return look;
}

}  // namespace mqtt_toolbox::probe
