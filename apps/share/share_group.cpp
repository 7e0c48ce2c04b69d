#include "share/share_group.hpp"

#include <algorithm>

#include "check/patience.hpp"

namespace mqtt_toolbox::share {

using namespace check;

using protocol::Qos;

namespace {

/// How long a broker that has granted a shared subscription may take to serve it.
constexpr Patience proof_patience = must_come_within(std::chrono::seconds(2));

}  // namespace

std::string shared_filter(const Scene& scene, std::string_view name, std::string_view filter) {
  return "$share/" + scene.share_name(name) + '/' + std::string(filter);
}

bool join(Scene& scene, Wire& wire, const std::string& filter, Qos qos) {
  const auto code = wire.try_subscribe(filter, {.qos = qos});
  if (code && is_failure(*code)) {
    scene.trouble(unsupported("a shared subscription was refused: " +
                              std::string(name(*code, protocol::PacketType::suback)) +
                              wire.said()));
  } else if (!code && !is_alive(scene)) {
    scene.trouble("the broker is gone");
  } else if (!code && wire.end()) {
    scene.trouble(unsupported("a shared subscription ended the connection: " + wire.end()->text));
  } else if (!code) {
    scene.trouble("a shared subscription was not answered");
  } else if (static_cast<Qos>(*code) < qos) {
    scene.trouble(unsupported("a shared subscription at QoS " +
                              std::to_string(static_cast<int>(qos)) + " was answered with " +
                              std::string(name(*code, protocol::PacketType::suback))));
  }
  return !scene.in_trouble();
}

bool grants_shares(Scene& scene) {
  if (!scene.ground().limits.shared_subscription_available) {
    scene.trouble(unsupported("CONNACK says that there are no shared subscriptions"));
    return false;
  }
  Wire& wire = scene.connected();
  return join(scene, wire, shared_filter(scene, "granted", scene.topic("granted")),
              Qos::at_least_once);
}

bool has_shares(Scene& scene) {
  if (!grants_shares(scene)) return false;
  const std::string topic = scene.topic("proof");
  Wire& wire = scene.connected();
  if (!join(scene, wire, shared_filter(scene, "proof", topic), Qos::at_least_once)) return false;
  scene.peer().publish({topic, "proof", Qos::at_least_once});
  if (!wire.wait_for(1, proof_patience))
    scene.trouble(
        unsupported("the broker grants shared subscriptions and delivers nothing to them"));
  return !scene.in_trouble();
}

Finding as_shared(const Scene& scene, Finding found) {
  if (scene.is_v5() || found.verdict != Verdict::fail) return found;
  found.verdict = Verdict::deviates;
  found.observed += " (before MQTT 5.0 there is no standard for it)";
  return found;
}

Group::Group(Scene& scene, const std::string& filter, std::size_t members)
    : scene_(scene), filter_(filter) {
  for (std::size_t i = 0; i < members; ++i) add(scene.plan());
}

Wire& Group::add(client::ConnectPlan plan) {
  Wire& wire = scene_.connected(std::move(plan));
  join(scene_, wire, filter_, scene_.variant().qos);
  members_.push_back(&wire);
  return wire;
}

void Group::ping() {
  for (Wire* member : members_)
    if (member->online()) member->ping();
}

Ledger Group::ledger(std::size_t sent) const {
  Ledger ledger(sent);
  for (const Wire* member : members_)
    for (const Message& message : member->received()) ledger.take(message.payload);
  return ledger;
}

std::vector<std::size_t> Group::shares(std::size_t sent) const {
  std::vector<std::size_t> shares;
  for (const Wire* member : members_)
    shares.push_back(ledger_of(member->received(), sent).arrived());
  return shares;
}

void send_to(Scene& scene, Peer& publisher, const std::string& topic, std::size_t count,
             const std::function<bool()>& is_there) {
  if (!send_numbers(publisher, topic, scene.variant().qos, count)) return;
  scene.wait(is_there, arrival_patience);
  scene.stay(quiet_time);
}

}  // namespace mqtt_toolbox::share
