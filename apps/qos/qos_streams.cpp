#include <algorithm>

#include "check/stream.hpp"
#include "check/timeout.hpp"
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
SequenceTally play_usual_stream(CaseContext& context) {
  return play_stream(context, "stream", length_of_stream(context, usual_length));
}

/// The messages that a client subscribed to `granted` gets of one message at each QoS that
/// `is_sent`.
std::vector<Message> play_each_qos(CaseContext& context, Qos granted, bool (*is_sent)(Qos, Qos)) {
  const std::string topic = context.topic("message");
  ScriptedClient& subscriber = context.connected();
  EngineClient& publisher = context.engine_client();
  if (!subscriber.subscribe(topic, {.qos = granted})) return {};
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once})
    if (is_sent(qos, granted)) publisher.publish({topic, qos_text(qos), qos});
  publisher.publish(last_of(topic, Qos::at_most_once));
  context.wait([&] { return has_payload(subscriber.received(), last_payload); }, arrival_timeout);
  context.stay(quiet_time);
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

SequenceTally play_stream(CaseContext& context, std::string_view name, std::size_t length,
                          std::optional<std::uint16_t> window) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic(name);
  client::ConnectPlan plan = context.plan();
  plan.session.inflight_messages = window;
  ScriptedClient& publisher = context.connected(std::move(plan));
  EngineClient& observer = context.engine_client();
  if (!has_qos(context, publisher) || !observer.subscribe(topic, qos)) return SequenceTally(length);
  for (std::size_t number = 1; number <= length; ++number)
    if (!publisher.send(numbered(topic, qos, number))) break;
  if (!publisher.settle(context.run().amounts.messages ? Timeout(never) : usual_timeout))
    context.abort(broken("a message was not acknowledged"));
  publisher.publish(last_of(topic, qos));
  observer.wait_for(last_payload, arrival_timeout);
  context.stay(quiet_time);
  return settled_tally(context, observer, length);
}

SequenceTally settled_tally(CaseContext& context, const EngineClient& observer, std::size_t sent) {
  const auto now = [&] { return tally_of(observer.received(), sent); };
  if (context.variant().qos != Qos::at_most_once)
    context.wait([&] { return now().lost().empty(); }, arrival_timeout);
  return now();
}

Finding against_uncut(CaseContext& context, Finding found, std::size_t length,
                      std::optional<std::uint16_t> window) {
  if (found.verdict != Verdict::fail || context.is_aborted()) return found;
  const SequenceTally tally = play_stream(context, "uncut", length, window);
  return tally.lost().empty() ? found : broken("without a cut as well: " + tally.text());
}

Finding play_at_most_once(CaseContext& context) {
  const SequenceTally tally = play_usual_stream(context);
  return tally.repeated().empty() ? pass(tally.text()) : broken(tally.text());
}

Finding play_at_least_once(CaseContext& context) {
  const SequenceTally tally = play_usual_stream(context);
  return tally.lost().empty() ? pass(tally.text()) : broken(tally.text());
}

Finding play_exactly_once(CaseContext& context) {
  const SequenceTally tally = play_usual_stream(context);
  const bool is_right = tally.lost().empty() && tally.repeated().empty();
  return is_right ? pass(tally.text()) : broken(tally.text());
}

Finding play_order(CaseContext& context) {
  const SequenceTally tally = play_usual_stream(context);
  if (tally.late())
    return broken("number " + std::to_string(*tally.late()) + " came after a later one");
  if (tally.arrived() < 2) return inconclusive("too little came: " + tally.text());
  return pass(std::to_string(tally.arrived()) + " messages came in order");
}

Finding play_lowered_qos(CaseContext& context) {
  const auto messages =
      play_each_qos(context, context.variant().qos,
                    [](Qos published, Qos granted) { return published > granted; });
  for (const Message& message : messages)
    if (message.qos > context.variant().qos)
      return broken("published at " + message.payload + ", came at " + qos_text(message.qos));
  return judge_each_qos(messages, [](const Message& message) { return message.qos; });
}

Finding play_unraised_qos(CaseContext& context) {
  const auto messages = play_each_qos(
      context, Qos::exactly_once, [](Qos published, Qos granted) { return published < granted; });
  return judge_each_qos(messages, [](const Message& message) {
    return message.payload == qos_text(Qos::at_most_once) ? Qos::at_most_once : Qos::at_least_once;
  });
}

namespace {

Finding judge_dup(const std::vector<Message>& messages, std::size_t sent) {
  const SequenceTally tally = tally_of(messages, sent);
  for (const Message& message : messages)
    if (message.dup && number_of(message.payload, sent))
      return broken("number " + message.payload + " came with DUP=1 the first time");
  if (tally.arrived() == 0) return inconclusive("nothing came");
  return pass(std::to_string(tally.arrived()) + " messages came with DUP=0");
}

}  // namespace

Finding play_first_without_dup(CaseContext& context) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  ScriptedClient& subscriber = context.connected();
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos)) return {};
  send_numbers(publisher, topic, qos, few);
  send_last(context, publisher, topic, qos,
            [&] { return has_payload(subscriber.received(), last_payload); });
  return judge_dup(subscriber.received(), few);
}

Finding play_queued_without_dup(CaseContext& context) {
  const Qos qos = context.variant().qos;
  const std::string topic = context.topic("stream");
  ScriptedClient& subscriber = context.connected(context.kept_plan());
  EngineClient& publisher = context.engine_client();
  if (!has_qos(context, subscriber) || !subscribe_at(context, subscriber, topic, qos)) return {};
  go_away(context, subscriber);
  send_numbers(publisher, topic, qos, few);
  if (!resume(context, subscriber)) return {};
  send_last(context, publisher, topic, qos,
            [&] { return has_payload(subscriber.received(), last_payload); });
  end_session(context, subscriber);
  return judge_dup(subscriber.received(), few);
}

Finding play_dup_of_publisher(CaseContext& context) {
  const std::string topic = context.topic("message");
  ScriptedClient& subscriber = context.connected();
  ScriptedClient& publisher = context.connected();
  if (!subscribe_at(context, subscriber, topic, Qos::at_least_once)) return {};
  // An identifier that the client's session does not use.
  publisher.send_packet(protocol::Publish{.topic = topic,
                                          .payload = "1",
                                          .packet_identifier = 1000,
                                          .qos = Qos::at_least_once,
                                          .dup = true});
  subscriber.wait_for(1, arrival_timeout);
  return judge_dup(subscriber.received(), 1);
}

}  // namespace mqtt_toolbox::qos
