#include "check/stream.hpp"

#include <algorithm>

#include "check/patience.hpp"

namespace mqtt_toolbox::check {

using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

std::string number_text(Qos qos) {
  return std::to_string(static_cast<int>(qos));
}

bool was_answered_with(const Wire& wire, std::size_t packets_before, PacketType type) {
  const auto& packets = wire.packets();
  return std::any_of(packets.begin() + static_cast<std::ptrdiff_t>(packets_before), packets.end(),
                     [&](const PacketNote& note) {
                       return note.direction == Direction::received && note.type == type;
                     });
}

}  // namespace

Message numbered(const std::string& topic, Qos qos, std::size_t number) {
  return {topic, std::to_string(number), qos};
}

Message last_of(const std::string& topic, Qos qos) {
  return {topic, std::string(last_payload), qos};
}

std::size_t length_of_stream(const Scene& scene, std::size_t usual) {
  return scene.ground().amounts.messages.value_or(usual);
}

client::ConnectPlan withholding(client::ConnectPlan plan) {
  plan.session.acknowledge_at_once = false;
  return plan;
}

bool is_alive(Scene& scene) {
  Wire& visitor = scene.wire();
  const Attempt attempt = visitor.try_connect();
  // What this side lacks says nothing of the broker.
  if (is_local_shortage(attempt)) scene.trouble(attempt.text);
  if (attempt.kind != Attempt::Kind::accepted) return false;
  visitor.disconnect();
  return true;
}

bool has_qos(Scene& scene, Wire& wire) {
  if (scene.variant().qos != Qos::exactly_once || scene.in_trouble()) return !scene.in_trouble();
  const std::size_t before = wire.packets().size();
  const auto reason =
      wire.try_publish({scene.topic("has-qos-2"), "?", Qos::exactly_once}, arrival_patience);
  if (scene.in_trouble()) return false;
  if (was_answered_with(wire, before, PacketType::puback))
    scene.trouble(unsupported("the broker has no QoS 2: it answered PUBLISH with PUBACK"));
  else if (!reason && !is_alive(scene))
    scene.trouble("the broker is gone");
  else if (!reason)
    scene.trouble(unsupported("the broker has no QoS 2: it did not finish a message" +
                              (wire.end() ? ": " + wire.end()->text : std::string())));
  else if (is_failure(*reason))
    scene.trouble("a message was refused: " + std::string(name(*reason, PacketType::pubrec)) +
                  wire.said());
  return !scene.in_trouble();
}

bool subscribe_at(Scene& scene, Wire& wire, const std::string& filter, Qos qos) {
  const auto code = wire.try_subscribe(filter, {.qos = qos});
  if (!code) {
    scene.trouble("the subscription was not answered" +
                  (wire.end() ? ": " + wire.end()->text : std::string()));
  } else if (is_failure(*code) || static_cast<Qos>(*code) < qos) {
    scene.trouble(unsupported("a subscription at QoS " + number_text(qos) + " was answered with " +
                              std::string(name(*code, PacketType::suback)) + wire.said()));
  }
  return !scene.in_trouble();
}

bool send_numbers(Peer& peer, const std::string& topic, Qos qos, std::size_t count,
                  std::size_t first) {
  for (std::size_t number = first; number < first + count; ++number)
    if (!peer.send(numbered(topic, qos, number))) return false;
  return peer.settle();
}

bool send_last(Scene& scene, Peer& sender, const std::string& topic, Qos qos,
               const std::function<bool()>& has_arrived) {
  if (!sender.publish(last_of(topic, qos))) return false;
  scene.wait(has_arrived, arrival_patience);
  return scene.stay(quiet_time);
}

bool has_payload(const std::vector<Message>& messages, std::string_view payload) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const Message& message) { return message.payload == payload; });
}

bool has_stream(const std::vector<Message>& messages, std::size_t count) {
  return has_payload(messages, last_payload) && ledger_of(messages, count).lost().empty();
}

Ledger ledger_of(const std::vector<Message>& messages, std::size_t sent) {
  Ledger ledger(sent);
  for (const Message& message : messages) ledger.take(message.payload);
  return ledger;
}

void go_away(Scene& scene, Wire& wire) {
  wire.disconnect();
  scene.stay(quiet_time);
}

void end_session(Scene& scene, Wire& wire) {
  if (scene.in_trouble()) return;
  // A broker that is still sending may lose the connection before it reads DISCONNECT, so that the
  // Session Expiry Interval of 0 that it could have would not do.
  wire.disconnect();
  wire.start_over();
  wire.plan().session.clean_start = true;
  wire.plan().session.connect_properties.remove(protocol::PropertyId::session_expiry_interval);
  if (wire.try_connect().kind == Attempt::Kind::accepted) wire.disconnect();
}

bool resume(Scene& scene, Wire& wire) {
  if (!wire.connect()) return false;
  // MQTT 3.1 does not say.
  if (wire.session_present() || scene.ground().version() == protocol::Version::v31) return true;
  scene.trouble("the broker said Session Present 0, so nothing follows from what it sent");
  return false;
}

}  // namespace mqtt_toolbox::check
