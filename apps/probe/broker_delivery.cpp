#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// What becomes of a message on its way from one client to another.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::Qos;

namespace {

bool was_received(const Wire& wire, PacketType type) {
  for (const PacketNote& note : wire.packets())
    if (note.direction == session::Direction::received && note.type == type) return true;
  return false;
}

/// One message by way of the broker. Null: it did not come.
const Message* send_across(Scene& scene, Wire& publisher, Wire& subscriber, Qos qos) {
  const std::string topic = scene.topic("topic");
  const auto granted = subscriber.try_subscribe(topic, {.qos = qos});
  if (!granted || is_failure(*granted)) {
    scene.trouble("the subscription was not granted");
    return nullptr;
  }
  const auto reason = publisher.try_publish(message(topic, "across", qos), arrival_patience);
  if (reason && is_failure(*reason))
    scene.trouble("the message was refused: " + reason_text(*reason, PacketType::puback) +
                  publisher.said());
  if (!reason || scene.in_trouble()) return nullptr;
  return wait_for_message(scene, subscriber, "across");
}

Finding qos0(Scene& scene) {
  Wire& subscriber = scene.connected();
  Wire& publisher = scene.connected();
  const Message* came = send_across(scene, publisher, subscriber, Qos::at_most_once);
  if (scene.in_trouble()) return {};
  const Finding found = came != nullptr ? pass("delivered") : broken("not delivered");
  return against_refused(publisher, scene.topic("topic"), found);
}

Finding qos1(Scene& scene) {
  if (scene.ground().limits.maximum_qos == Qos::at_most_once) {
    scene.tell(announced(fact("qos1"), false));
    return unsupported("Maximum QoS says so");
  }
  Wire& subscriber = scene.connected();
  Wire& publisher = scene.connected();
  const Message* came = send_across(scene, publisher, subscriber, Qos::at_least_once);
  if (scene.in_trouble()) return {};
  const bool acknowledged = was_received(publisher, PacketType::puback);
  scene.tell(measured(fact("qos1"), acknowledged && came != nullptr));
  if (!acknowledged) return broken("QoS 1 was not answered with PUBACK");
  if (came == nullptr) return broken("acknowledged, and not delivered");
  if (came->qos == Qos::at_least_once) return pass("acknowledged and delivered at QoS 1");
  return broken("granted QoS 1, and delivered at QoS 0");
}

Finding qos2_finding(Scene& scene, const Wire& publisher, const Message* came) {
  if (!was_received(publisher, PacketType::pubrec)) {
    if (was_received(publisher, PacketType::puback))
      return unsupported("QoS 2 was answered with PUBACK");
    const bool announced = scene.is_v5() && scene.ground().limits.maximum_qos == Qos::exactly_once;
    const std::string end = publisher.end() ? publisher.end()->text : "no answer to QoS 2";
    return announced ? broken("QoS 2 is announced, but: " + end) : unsupported(end);
  }
  if (came == nullptr) return broken("acknowledged, and not delivered");
  if (came->qos == Qos::exactly_once) return pass("acknowledged and delivered at QoS 2");
  return unsupported(fmt::format("granted and delivered at QoS {}", static_cast<int>(came->qos)));
}

Finding qos2(Scene& scene) {
  if (scene.ground().limits.maximum_qos != Qos::exactly_once) {
    scene.tell(announced(fact("qos2"), false));
    return unsupported("Maximum QoS says so");
  }
  Wire& subscriber = scene.connected();
  Wire& publisher = scene.connected();
  const Message* came = send_across(scene, publisher, subscriber, Qos::exactly_once);
  if (scene.in_trouble()) return {};
  Finding finding = qos2_finding(scene, publisher, came);
  scene.tell(measured(fact("qos2"), finding.verdict == Verdict::pass));
  return finding;
}

std::string shown_level(std::string_view level) {
  return level.empty() ? "an empty level" : '"' + std::string(level) + '"';
}

/// Topics with characters that mean something to one broker or another.
Finding topic_characters(Scene& scene) {
  constexpr std::array<std::string_view, 8> levels{"a.b", "a*b", "a>b", "a b",
                                                   "a:b", "ä漢", "%41", ""};
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("#"), {.qos = Qos::at_least_once});
  std::string wrong;
  for (const std::string_view level : levels) {
    const std::string topic = scene.topic(level) + "/end";
    const auto reason =
        wire.try_publish(message(topic, std::string(level) + "!"), arrival_patience);
    const Message* came = reason && !is_failure(*reason)
                              ? wait_for_message(scene, wire, std::string(level) + "!",
                                                 must_come_within(std::chrono::seconds(1)))
                              : nullptr;
    if (came != nullptr && came->topic == topic) continue;
    const bool is_refused = reason && is_failure(*reason);
    wrong += (wrong.empty() ? "" : ", ") + shown_level(level) +
             (is_refused ? " was refused: " + reason_text(*reason, PacketType::puback) + wire.said()
              : came == nullptr ? " did not come"
                                : " came as another topic");
    if (wire.online()) continue;
    if (wire.end()) wrong += " (" + wire.end()->text + ')';
    break;
  }
  if (scene.in_trouble()) return {};
  return wrong.empty() ? pass("all came back as they were sent") : broken(wrong);
}

/// Whether "a.b" is another topic than "a/b".
Finding topic_separator(Scene& scene) {
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("a.b"), {.qos = Qos::at_least_once});
  wire.publish(message(scene.topic("a/b"), "slash"));
  wire.publish(message(scene.topic("a.b"), "full stop"));
  const Message* own = wait_for_message(scene, wire, "full stop");
  if (scene.in_trouble()) return {};
  if (find_message(wire, "slash") != nullptr)
    return broken("a subscription to \"a.b\" gets what is published to \"a/b\"");
  return own != nullptr ? pass("\"a.b\" and \"a/b\" are two topics")
                        : inconclusive("a message to \"a.b\" did not come");
}

Finding case_sensitive(Scene& scene) {
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("ABC"), {.qos = Qos::at_least_once});
  wire.publish(message(scene.topic("abc"), "small"));
  wire.publish(message(scene.topic("ABC"), "capital"));
  const Message* own = wait_for_message(scene, wire, "capital");
  if (scene.in_trouble()) return {};
  if (find_message(wire, "small") != nullptr) return broken("\"ABC\" gets messages for \"abc\"");
  return own != nullptr ? pass("\"ABC\" and \"abc\" are two topics")
                        : inconclusive("a message to \"ABC\" did not come");
}

Finding empty_payload(Scene& scene) {
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("empty"), {.qos = Qos::at_least_once});
  const auto reason = wire.try_publish(message(scene.topic("empty"), ""));
  if (scene.in_trouble()) return {};
  if (!reason) return broken("a message without payload was not acknowledged");
  if (is_failure(*reason))
    return broken("a message without payload was refused: " +
                  reason_text(*reason, PacketType::puback) + wire.said());
  const bool came = wire.wait_for(1, arrival_patience);
  if (scene.in_trouble()) return {};
  return came ? pass("delivered") : broken("a message without payload was not delivered");
}

Finding no_subscribers(Scene& scene) {
  Wire& wire = scene.connected();
  const auto reason = wire.try_publish(message(scene.topic("nobody"), "x"), arrival_patience);
  if (scene.in_trouble()) return {};
  if (!reason) return inconclusive("the message was not acknowledged");
  const std::string text = reason_text(*reason, PacketType::puback);
  scene.tell(measured(fact("puback-unmatched"), text));
  return is_failure(*reason) ? broken("refused: " + text + wire.said()) : pass(text);
}

Finding overlap(Scene& scene) {
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("over/#"), {.qos = Qos::at_least_once});
  wire.subscribe(scene.topic("over/+"), {.qos = Qos::at_least_once});
  wire.publish(message(scene.topic("over/lap"), "overlap"));
  wire.publish(message(scene.topic("over/end"), "end"));
  (void)wait_for_message(scene, wire, "end");
  (void)wait_for_message(scene, wire, "overlap", must_come_within(quiet));
  scene.stay(quiet);
  if (scene.in_trouble()) return {};
  const std::size_t copies = count_of(wire, "overlap");
  scene.tell(measured(fact("overlap-copies"), std::uint64_t(copies)));
  if (copies == 0) return broken("two subscriptions match, and nothing came");
  return pass(copies == 1 ? "one copy" : fmt::format("{} copies", copies));
}

/// What is wrong with the reason code of the answer; empty: nothing.
std::string wrong_reason(const Bare::Answer* answer, PacketType type, std::string_view message) {
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
  explicit Acknowledged(Scene& scene) : client_(scene), topic_(scene.topic("t")) {}

  bool connect() { return client_.connect(); }
  /// False: one was not answered, or not as it should be.
  bool publish(Qos qos, protocol::Properties properties, std::string_view what) {
    const auto first = qos == Qos::at_least_once ? PacketType::puback : PacketType::pubrec;
    const protocol::PacketIdentifier id = ++last_;
    client_.forget_answers();
    client_.send(protocol::Publish{topic_, "x", id, qos, false, false, properties});
    const Bare::Answer* answer = client_.wait_for(first, arrival_patience);
    wrong_ = wrong_reason(answer, first, what);
    if (answer == nullptr || !wrong_.empty()) return false;
    if (first == PacketType::puback || is_failure(answer->reason)) return true;
    client_.send(protocol::PubRel{id});
    answer = client_.wait_for(PacketType::pubcomp, arrival_patience);
    wrong_ = wrong_reason(answer, PacketType::pubcomp, what);
    return answer != nullptr && wrong_.empty();
  }
  const std::string& wrong() const { return wrong_; }

 private:
  Bare client_;
  std::string topic_;
  protocol::PacketIdentifier last_ = 0;
  std::string wrong_;
};

/// MQTT-3.4.2-1, MQTT-3.5.2-1, MQTT-3.7.2-1.
Finding acknowledgement_reasons(Scene& scene) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  for (const char* value : {"1", "2"}) (void)properties.add_user_property("a", value);
  Acknowledged messages(scene);
  if (!messages.connect()) return {};
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    if (qos > scene.ground().limits.maximum_qos) break;
    const bool is_right = messages.publish(qos, {}, "a message without properties") &&
                          messages.publish(qos, properties.view(), "one with user properties");
    if (scene.in_trouble()) return {};
    if (!messages.wrong().empty()) return broken(messages.wrong());
    if (!is_right) return inconclusive("a message was not acknowledged");
  }
  return pass("each acknowledgement has a reason code of its own");
}

/// Open QoS 2 messages up to the announced number.
Finding receive_maximum(Scene& scene) {
  constexpr std::uint16_t most = 1000;
  const std::uint16_t announced = scene.ground().limits.receive_maximum;
  const std::uint16_t number = std::min(announced, most);
  if (scene.ground().limits.maximum_qos != Qos::exactly_once)
    return unsupported("without QoS 2 no message stays open");
  Bare client(scene);
  if (!client.connect()) return {};
  const std::string topic = scene.topic("open");
  for (std::uint16_t id = 1; id <= number; ++id)
    client.send(protocol::Publish{topic, "x", id, Qos::exactly_once});
  scene.wait([&] { return client.count(PacketType::pubrec) >= number || client.wire().end(); },
             arrival_patience);
  if (scene.in_trouble()) return {};
  std::size_t taken = 0;
  for (const Bare::Answer& answer : client.answers())
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
