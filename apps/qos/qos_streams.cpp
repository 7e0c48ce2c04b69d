#include <algorithm>

#include "check/patience.hpp"
#include "check/stream.hpp"
#include "qos/qos_scripts.hpp"

namespace mqtt_toolbox::qos {

using namespace check;

using protocol::Qos;

namespace {

/// Messages of a stream over connections that hold.
constexpr std::size_t usual_length = 50;
/// Where a few are enough.
constexpr std::size_t few = 4;

std::string qos_text(Qos qos) {
  return "QoS " + std::to_string(static_cast<int>(qos));
}

/// As long as the user wants it.
Ledger play_usual_stream(Scene& scene) {
  return play_stream(scene, "stream", length_of_stream(scene, usual_length));
}

/// The messages that a wire subscribed to `granted` gets of one message at each QoS that `is_sent`.
std::vector<Message> play_each_qos(Scene& scene, Qos granted, bool (*is_sent)(Qos, Qos)) {
  const std::string topic = scene.topic("message");
  Wire& subscriber = scene.connected();
  Peer& publisher = scene.peer();
  if (!subscriber.subscribe(topic, {.qos = granted})) return {};
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once})
    if (is_sent(qos, granted)) publisher.publish({topic, qos_text(qos), qos});
  publisher.publish(last_of(topic, Qos::at_most_once));
  scene.wait([&] { return has_payload(subscriber.received(), last_payload); }, arrival_patience);
  scene.stay(quiet_time);
  auto messages = subscriber.received();
  std::erase_if(messages, [](const Message& message) { return message.payload == last_payload; });
  return messages;
}

/// The first that did not come at the QoS `expected`; else what came.
Finding judge_each_qos(const std::vector<Message>& messages, Qos (*expected)(const Message&)) {
  std::string seen;
  for (const Message& message : messages) {
    const std::string text =
        "published at " + message.payload + ", came at " + qos_text(message.qos);
    if (message.qos != expected(message)) return broken(text);
    seen += (seen.empty() ? "" : "; ") + text;
  }
  return seen.empty() ? inconclusive("nothing came") : pass(seen);
}

}  // namespace

Ledger play_stream(Scene& scene, std::string_view name, std::size_t length,
                   std::optional<std::uint16_t> window) {
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic(name);
  client::ConnectPlan plan = scene.plan();
  plan.session.inflight_messages = window;
  Wire& publisher = scene.connected(std::move(plan));
  Peer& observer = scene.peer();
  if (!has_qos(scene, publisher) || !observer.subscribe(topic, qos)) return Ledger(length);
  for (std::size_t number = 1; number <= length; ++number)
    if (!publisher.send(numbered(topic, qos, number))) break;
  if (!publisher.settle(scene.ground().amounts.messages ? Patience(never) : usual_patience))
    scene.trouble(broken("a message was not acknowledged"));
  publisher.publish(last_of(topic, qos));
  observer.wait_for(last_payload, arrival_patience);
  scene.stay(quiet_time);
  return settled_ledger(scene, observer, length);
}

Ledger settled_ledger(Scene& scene, const Peer& observer, std::size_t sent) {
  const auto now = [&] { return ledger_of(observer.received(), sent); };
  if (scene.variant().qos != Qos::at_most_once)
    scene.wait([&] { return now().lost().empty(); }, arrival_patience);
  return now();
}

Finding against_uncut(Scene& scene, Finding found, std::size_t length,
                      std::optional<std::uint16_t> window) {
  if (found.verdict != Verdict::fail || scene.in_trouble()) return found;
  const Ledger ledger = play_stream(scene, "uncut", length, window);
  return ledger.lost().empty() ? found : broken("without a cut as well: " + ledger.text());
}

Finding play_at_most_once(Scene& scene) {
  const Ledger ledger = play_usual_stream(scene);
  return ledger.repeated().empty() ? pass(ledger.text()) : broken(ledger.text());
}

Finding play_at_least_once(Scene& scene) {
  const Ledger ledger = play_usual_stream(scene);
  return ledger.lost().empty() ? pass(ledger.text()) : broken(ledger.text());
}

Finding play_exactly_once(Scene& scene) {
  const Ledger ledger = play_usual_stream(scene);
  const bool is_right = ledger.lost().empty() && ledger.repeated().empty();
  return is_right ? pass(ledger.text()) : broken(ledger.text());
}

Finding play_order(Scene& scene) {
  const Ledger ledger = play_usual_stream(scene);
  if (ledger.late())
    return broken("number " + std::to_string(*ledger.late()) + " came after a later one");
  if (ledger.arrived() < 2) return inconclusive("too little came: " + ledger.text());
  return pass(std::to_string(ledger.arrived()) + " messages came in order");
}

Finding play_lowered_qos(Scene& scene) {
  const auto messages = play_each_qos(
      scene, scene.variant().qos, [](Qos published, Qos granted) { return published > granted; });
  for (const Message& message : messages)
    if (message.qos > scene.variant().qos)
      return broken("published at " + message.payload + ", came at " + qos_text(message.qos));
  return judge_each_qos(messages, [](const Message& message) { return message.qos; });
}

Finding play_unraised_qos(Scene& scene) {
  const auto messages = play_each_qos(
      scene, Qos::exactly_once, [](Qos published, Qos granted) { return published < granted; });
  return judge_each_qos(messages, [](const Message& message) {
    return message.payload == qos_text(Qos::at_most_once) ? Qos::at_most_once : Qos::at_least_once;
  });
}

namespace {

Finding judge_dup(const std::vector<Message>& messages, std::size_t sent) {
  const Ledger ledger = ledger_of(messages, sent);
  for (const Message& message : messages)
    if (message.dup && number_of(message.payload, sent))
      return broken("number " + message.payload + " came with DUP=1 the first time");
  if (ledger.arrived() == 0) return inconclusive("nothing came");
  return pass(std::to_string(ledger.arrived()) + " messages came with DUP=0");
}

}  // namespace

Finding play_first_without_dup(Scene& scene) {
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic("stream");
  Wire& subscriber = scene.connected();
  Peer& publisher = scene.peer();
  if (!has_qos(scene, subscriber) || !subscribe_at(scene, subscriber, topic, qos)) return {};
  send_numbers(publisher, topic, qos, few);
  send_last(scene, publisher, topic, qos,
            [&] { return has_payload(subscriber.received(), last_payload); });
  return judge_dup(subscriber.received(), few);
}

Finding play_queued_without_dup(Scene& scene) {
  const Qos qos = scene.variant().qos;
  const std::string topic = scene.topic("stream");
  Wire& subscriber = scene.connected(scene.kept_plan());
  Peer& publisher = scene.peer();
  if (!has_qos(scene, subscriber) || !subscribe_at(scene, subscriber, topic, qos)) return {};
  go_away(scene, subscriber);
  send_numbers(publisher, topic, qos, few);
  if (!resume(scene, subscriber)) return {};
  send_last(scene, publisher, topic, qos,
            [&] { return has_payload(subscriber.received(), last_payload); });
  end_session(scene, subscriber);
  return judge_dup(subscriber.received(), few);
}

Finding play_dup_of_publisher(Scene& scene) {
  const std::string topic = scene.topic("message");
  Wire& subscriber = scene.connected();
  Wire& publisher = scene.connected();
  if (!subscribe_at(scene, subscriber, topic, Qos::at_least_once)) return {};
  // An identifier that the wire's session does not use.
  publisher.send_packet(protocol::Publish{.topic = topic,
                                          .payload = "1",
                                          .packet_identifier = 1000,
                                          .qos = Qos::at_least_once,
                                          .dup = true});
  subscriber.wait_for(1, arrival_patience);
  return judge_dup(subscriber.received(), 1);
}

}  // namespace mqtt_toolbox::qos
