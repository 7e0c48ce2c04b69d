#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// What becomes of a message on its way from one client to another.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

bool was_received(const ScriptedClient& client, PacketType type) {
  for (const PacketNote& note : client.packets())
    if (note.direction == session::Direction::received && note.type == type) return true;
  return false;
}

/// One message by way of the broker. Null: it did not come.
const Message* send_across(CaseContext& context, ScriptedClient& publisher,
                           ScriptedClient& subscriber, Qos qos) {
  const std::string topic = context.topic("topic");
  const auto granted = subscriber.try_subscribe(topic, {.qos = qos});
  if (!granted || is_failure(*granted)) {
    context.abort("the subscription was not granted");
    return nullptr;
  }
  const auto reason = publisher.try_publish(message(topic, "across", qos), arrival_timeout);
  if (reason && is_failure(*reason))
    context.abort("the message was refused: " + reason_text(*reason, PacketType::puback) +
                  publisher.said());
  if (!reason || context.is_aborted()) return nullptr;
  return wait_for_message(context, subscriber, "across");
}

Finding qos0(CaseContext& context) {
  ScriptedClient& subscriber = context.connected();
  ScriptedClient& publisher = context.connected();
  const Message* came = send_across(context, publisher, subscriber, Qos::at_most_once);
  if (context.is_aborted()) return {};
  const Finding found = came != nullptr ? pass("delivered") : broken("not delivered");
  return against_refused(publisher, context.topic("topic"), found);
}

Finding qos1(CaseContext& context) {
  if (context.run().limits.maximum_qos == Qos::at_most_once) {
    context.tell(announced(fact("qos1"), false));
    return unsupported("Maximum QoS says so");
  }
  ScriptedClient& subscriber = context.connected();
  ScriptedClient& publisher = context.connected();
  const Message* came = send_across(context, publisher, subscriber, Qos::at_least_once);
  if (context.is_aborted()) return {};
  const bool acknowledged = was_received(publisher, PacketType::puback);
  context.tell(measured(fact("qos1"), acknowledged && came != nullptr));
  if (!acknowledged) return broken("QoS 1 was not answered with PUBACK");
  if (came == nullptr) return broken("acknowledged, and not delivered");
  if (came->qos == Qos::at_least_once) return pass("acknowledged and delivered at QoS 1");
  return broken("granted QoS 1, and delivered at QoS 0");
}

Finding qos2_finding(CaseContext& context, const ScriptedClient& publisher, const Message* came) {
  if (!was_received(publisher, PacketType::pubrec)) {
    if (was_received(publisher, PacketType::puback))
      return unsupported("QoS 2 was answered with PUBACK");
    const bool announced = context.is_v5() && context.run().limits.maximum_qos == Qos::exactly_once;
    const std::string end = publisher.end() ? publisher.end()->text : "no answer to QoS 2";
    return announced ? broken("QoS 2 is announced, but: " + end) : unsupported(end);
  }
  if (came == nullptr) return broken("acknowledged, and not delivered");
  if (came->qos == Qos::exactly_once) return pass("acknowledged and delivered at QoS 2");
  return unsupported(fmt::format("granted and delivered at QoS {}", static_cast<int>(came->qos)));
}

Finding qos2(CaseContext& context) {
  if (context.run().limits.maximum_qos != Qos::exactly_once) {
    context.tell(announced(fact("qos2"), false));
    return unsupported("Maximum QoS says so");
  }
  ScriptedClient& subscriber = context.connected();
  ScriptedClient& publisher = context.connected();
  const Message* came = send_across(context, publisher, subscriber, Qos::exactly_once);
  if (context.is_aborted()) return {};
  Finding finding = qos2_finding(context, publisher, came);
  context.tell(measured(fact("qos2"), finding.verdict == Verdict::pass));
  return finding;
}

std::string shown_level(std::string_view level) {
  return level.empty() ? "an empty level" : '"' + std::string(level) + '"';
}

/// Topics with characters that mean something to one broker or another.
Finding topic_characters(CaseContext& context) {
  constexpr std::array<std::string_view, 8> levels{"a.b", "a*b", "a>b", "a b",
                                                   "a:b", "ä漢", "%41", ""};
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("#"), {.qos = Qos::at_least_once});
  std::string wrong;
  for (const std::string_view level : levels) {
    const std::string topic = context.topic(level) + "/end";
    const auto reason =
        client.try_publish(message(topic, std::string(level) + "!"), arrival_timeout);
    const Message* came = reason && !is_failure(*reason)
                              ? wait_for_message(context, client, std::string(level) + "!",
                                                 must_come_within(std::chrono::seconds(1)))
                              : nullptr;
    if (came != nullptr && came->topic == topic) continue;
    const bool is_refused = reason && is_failure(*reason);
    wrong +=
        (wrong.empty() ? "" : ", ") + shown_level(level) +
        (is_refused ? " was refused: " + reason_text(*reason, PacketType::puback) + client.said()
         : came == nullptr ? " did not come"
                           : " came as another topic");
    if (client.online()) continue;
    if (client.end()) wrong += " (" + client.end()->text + ')';
    break;
  }
  if (context.is_aborted()) return {};
  return wrong.empty() ? pass("all came back as they were sent") : broken(wrong);
}

/// Whether "a.b" is another topic than "a/b".
Finding topic_separator(CaseContext& context) {
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("a.b"), {.qos = Qos::at_least_once});
  client.publish(message(context.topic("a/b"), "slash"));
  client.publish(message(context.topic("a.b"), "full stop"));
  const Message* own = wait_for_message(context, client, "full stop");
  if (context.is_aborted()) return {};
  if (find_message(client, "slash") != nullptr)
    return broken("a subscription to \"a.b\" gets what is published to \"a/b\"");
  return own != nullptr ? pass("\"a.b\" and \"a/b\" are two topics")
                        : inconclusive("a message to \"a.b\" did not come");
}

Finding case_sensitive(CaseContext& context) {
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("ABC"), {.qos = Qos::at_least_once});
  client.publish(message(context.topic("abc"), "small"));
  client.publish(message(context.topic("ABC"), "capital"));
  const Message* own = wait_for_message(context, client, "capital");
  if (context.is_aborted()) return {};
  if (find_message(client, "small") != nullptr) return broken("\"ABC\" gets messages for \"abc\"");
  return own != nullptr ? pass("\"ABC\" and \"abc\" are two topics")
                        : inconclusive("a message to \"ABC\" did not come");
}

Finding empty_payload(CaseContext& context) {
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("empty"), {.qos = Qos::at_least_once});
  const auto reason = client.try_publish(message(context.topic("empty"), ""));
  if (context.is_aborted()) return {};
  if (!reason) return broken("a message without payload was not acknowledged");
  if (is_failure(*reason))
    return broken("a message without payload was refused: " +
                  reason_text(*reason, PacketType::puback) + client.said());
  const bool came = client.wait_for(1, arrival_timeout);
  if (context.is_aborted()) return {};
  return came ? pass("delivered") : broken("a message without payload was not delivered");
}

Finding no_subscribers(CaseContext& context) {
  ScriptedClient& client = context.connected();
  const auto reason = client.try_publish(message(context.topic("nobody"), "x"), arrival_timeout);
  if (context.is_aborted()) return {};
  if (!reason) return inconclusive("the message was not acknowledged");
  const std::string text = reason_text(*reason, PacketType::puback);
  context.tell(measured(fact("puback-unmatched"), text));
  return is_failure(*reason) ? broken("refused: " + text + client.said()) : pass(text);
}

Finding overlap(CaseContext& context) {
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("over/#"), {.qos = Qos::at_least_once});
  client.subscribe(context.topic("over/+"), {.qos = Qos::at_least_once});
  client.publish(message(context.topic("over/lap"), "overlap"));
  client.publish(message(context.topic("over/end"), "end"));
  (void)wait_for_message(context, client, "end");
  (void)wait_for_message(context, client, "overlap", must_come_within(quiet));
  context.stay(quiet);
  if (context.is_aborted()) return {};
  const std::size_t copies = count_of(client, "overlap");
  context.tell(measured(fact("overlap-copies"), std::uint64_t(copies)));
  if (copies == 0) return broken("two subscriptions match, and nothing came");
  return pass(copies == 1 ? "one copy" : fmt::format("{} copies", copies));
}

/// What is wrong with the reason code of the answer; empty: nothing.
std::string wrong_reason(const RawClient::Answer* answer, PacketType type,
                         std::string_view message) {
  const bool is_wrong =
      answer != nullptr && (answer->fault == protocol::Fault::reason_code_unknown ||
                            answer->fault == protocol::Fault::reason_code_not_for_packet);
  if (!is_wrong) return {};
  return fmt::format("{} has the reason code 0x{:02X}, which is none of its own, after {}",
                     name(type), static_cast<unsigned>(answer->reason), message);
}

/// Messages at QoS 1 and QoS 2, and what is wrong with the first answer that is.
class Acknowledged {
 public:
  explicit Acknowledged(CaseContext& context) : client_(context), topic_(context.topic("t")) {}

  bool connect() { return client_.connect(); }
  /// False: one was not answered, or not as it should be.
  bool publish(Qos qos, protocol::Properties properties, std::string_view what) {
    const auto first = qos == Qos::at_least_once ? PacketType::puback : PacketType::pubrec;
    const protocol::PacketIdentifier id = ++last_;
    client_.forget_answers();
    client_.send(protocol::Publish{topic_, "x", id, qos, false, false, properties});
    const RawClient::Answer* answer = client_.wait_for(first, arrival_timeout);
    wrong_ = wrong_reason(answer, first, what);
    if (answer == nullptr || !wrong_.empty()) return false;
    if (first == PacketType::puback || is_failure(answer->reason)) return true;
    client_.send(protocol::PubRel{id});
    answer = client_.wait_for(PacketType::pubcomp, arrival_timeout);
    wrong_ = wrong_reason(answer, PacketType::pubcomp, what);
    return answer != nullptr && wrong_.empty();
  }
  const std::string& wrong() const { return wrong_; }

 private:
  RawClient client_;
  std::string topic_;
  protocol::PacketIdentifier last_ = 0;
  std::string wrong_;
};

/// MQTT-3.4.2-1, MQTT-3.5.2-1, MQTT-3.7.2-1.
Finding acknowledgement_reasons(CaseContext& context) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  for (const char* value : {"1", "2"}) (void)properties.add_user_property("a", value);
  Acknowledged messages(context);
  if (!messages.connect()) return {};
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    if (qos > context.run().limits.maximum_qos) break;
    const bool is_right = messages.publish(qos, {}, "a message without properties") &&
                          messages.publish(qos, properties.view(), "one with user properties");
    if (context.is_aborted()) return {};
    if (!messages.wrong().empty()) return broken(messages.wrong());
    if (!is_right) return inconclusive("a message was not acknowledged");
  }
  return pass("each acknowledgement has a reason code of its own");
}

/// Open QoS 2 messages up to the announced number.
Finding receive_maximum(CaseContext& context) {
  constexpr std::uint16_t most = 1000;
  const std::uint16_t announced = context.run().limits.receive_maximum;
  const std::uint16_t number = std::min(announced, most);
  if (context.run().limits.maximum_qos != Qos::exactly_once)
    return unsupported("without QoS 2 no message stays open");
  RawClient client(context);
  if (!client.connect()) return {};
  const std::string topic = context.topic("open");
  for (std::uint16_t id = 1; id <= number; ++id)
    client.send(protocol::Publish{topic, "x", id, Qos::exactly_once});
  context.wait([&] { return client.count(PacketType::pubrec) >= number || client.client().end(); },
               arrival_timeout);
  if (context.is_aborted()) return {};
  std::size_t taken = 0;
  for (const RawClient::Answer& answer : client.answers())
    taken += answer.type == PacketType::pubrec && !is_failure(answer.reason);
  const std::string of = announced > most ? fmt::format("{} of the announced {}", number, announced)
                                          : fmt::format("all {}", number);
  if (taken == number) return pass("took " + of + " unacknowledged QoS 2 messages");
  const std::string text =
      fmt::format("{} of {} unacknowledged QoS 2 messages were taken", taken, number);
  // A receive maximum that is not announced is the standard's, but brokers bound it for safety.
  return announced == 65'535 ? deviates(text) : broken(text);
}

constexpr std::array cases{
    Case{"qos0", "4.3.1", "delivers a QoS 0 message", qos0},
    Case{"qos1", "4.3.2", "acknowledges and delivers a QoS 1 message", qos1},
    Case{"qos2", "4.3.3", "acknowledges and delivers a QoS 2 message", qos2},
    Case{"acknowledgement-reasons", "3.4.2.1",
         "acknowledges messages with no reason code that the acknowledgement does not have",
         acknowledgement_reasons, Versions::v5_only},
    Case{"receive-maximum", "3.2.2.3.3",
         "takes as many unacknowledged QoS 2 messages as it announces", receive_maximum,
         Versions::v5_only},
    Case{"topic-characters", "4.7.3", "changes no character of a topic", topic_characters},
    Case{"topic-separator", "4.7.1.1", "knows no separator of levels but the slash",
         topic_separator},
    Case{"topic-case", "4.7.3", "tells capital and small letters apart", case_sensitive},
    Case{"empty-payload", "3.3.3", "delivers a message without payload", empty_payload},
    Case{"no-subscribers", "3.4.2.1", "acknowledges a message that nobody gets", no_subscribers},
    Case{"overlap", "3.3.4", "delivers once or more where subscriptions overlap", overlap},
};

}  // namespace

std::span<const Case> delivery_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
