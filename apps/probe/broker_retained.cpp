#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"

// Retained messages, and what a subscription can ask of them.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::Qos;
using protocol::RetainHandling;

namespace {

/// Retained for one case, and cleared when it is over. A broker may acknowledge a message before it
/// passes it on, and who subscribes in between gets it as a live one: its publisher listens too.
class Retained {
 public:
  Retained(Scene& scene, const std::string& name)
      : scene_(scene), wire_(scene.connected()), topic_(scene.topic(name)) {
    wire_.subscribe(topic_, {.qos = Qos::at_least_once});
    publish("kept");
  }
  ~Retained() {
    if (wire_.online()) (void)wire_.try_publish(retained_message(topic_, ""), arrival_patience);
  }
  Retained(const Retained&) = delete;
  Retained& operator=(const Retained&) = delete;

  /// Returns when the message was passed on.
  void publish(const std::string& payload) {
    const std::size_t before = count_of(wire_, payload);
    wire_.publish(retained_message(topic_, payload));
    scene_.wait([&] { return count_of(wire_, payload) > before || wire_.end(); },
                must_come_within(std::chrono::seconds(1)));
  }
  const std::string& topic() const { return topic_; }

 private:
  Scene& scene_;
  Wire& wire_;
  std::string topic_;
};

/// Whether the broker said that it does not retain at all.
std::optional<Finding> without_retain(Scene& scene) {
  if (scene.ground().limits.retain_available) return std::nullopt;
  return unsupported("Retain Available says so");
}

Finding retained(Scene& scene) {
  if (auto none = without_retain(scene)) {
    scene.tell(announced(fact("retained"), false));
    return *none;
  }
  const Retained kept(scene, "kept");
  Wire& wire = scene.connected();
  wire.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  const Message* came = wait_for_message(scene, wire, "kept", arrival_patience);
  if (scene.in_trouble()) return {};
  scene.tell(measured(fact("retained"), came != nullptr));
  return came != nullptr ? pass("sent to a new subscription")
                         : broken("not sent to a new subscription");
}

Finding retained_flag(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  const Retained kept(scene, "kept");
  Wire& wire = scene.connected();
  wire.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  const Message* came = wait_for_message(scene, wire, "kept", arrival_patience);
  if (scene.in_trouble()) return {};
  if (came == nullptr) return inconclusive("no retained message came");
  return came->retain ? pass("RETAIN is set") : broken("RETAIN is not set");
}

Finding retained_flag_live(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("live"), {.qos = Qos::at_least_once});
  Retained kept(scene, "live");
  const Message* came = wait_for_message(scene, wire, "kept");
  if (scene.in_trouble()) return {};
  if (came == nullptr) return broken("a retained message was not sent to those who listen already");
  return came->retain ? broken("RETAIN is set on a live message") : pass("RETAIN is not set");
}

Finding retained_wildcard(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  const Retained kept(scene, "all/kept");
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("all/#"), {.qos = Qos::at_least_once});
  wire.subscribe(scene.topic("all/+"), {.qos = Qos::at_least_once});
  scene.wait([&] { return count_of(wire, "kept") >= 2; }, must_come_within(quiet * 2));
  if (scene.in_trouble()) return {};
  const std::size_t came = count_of(wire, "kept");
  scene.tell(measured(fact("retained-wildcard"), came != 0));
  if (came >= 2) return pass("sent for # and for +");
  return broken(came == 0 ? "not sent for filters with wildcards" : "not sent for both # and +");
}

/// A client that subscribes to everything, and waits for one message.
class Everything {
 public:
  Everything(Scene& scene, std::string topic)
      : scene_(scene), topic_(std::move(topic)), wire_(scene.wire()) {
    wire_.count_only();
    wire_.set_hook([this](session::Direction direction, const protocol::Frame& frame) {
      if (direction == session::Direction::sent || frame.type() != protocol::PacketType::publish)
        return Fate::pass;
      see(frame);
      // At QoS 0 nobody has to answer.
      return Fate::swallow;
    });
  }
  ~Everything() { wire_.set_hook({}); }
  Everything(const Everything&) = delete;
  Everything& operator=(const Everything&) = delete;

  /// Until the message has come, or nothing more comes.
  Finding listen() {
    if (!wire_.connect()) return {};
    const auto reason = wire_.try_subscribe("#", {.qos = Qos::at_most_once});
    if (scene_.in_trouble()) return {};
    if (!reason) return unsupported("a subscription to # was not answered" + end_text());
    if (is_failure(*reason)) return unsupported("a subscription to # was refused");
    std::size_t before = 0;
    do {
      before = others_;
      scene_.wait([this] { return came_ || wire_.end(); }, arrival_patience);
    } while (!came_ && !wire_.end() && others_ > before && scene_.time_left() > Scene::reserve);
    if (came_) return pass("sent for #");
    if (wire_.end()) return unsupported("a subscription to # is not served" + end_text());
    return others_ > before ? inconclusive("the messages of others do not end")
                            : broken("not sent for #, but for another wildcard");
  }
  void leave() { wire_.disconnect(); }

 private:
  void see(const protocol::Frame& frame) {
    const auto publish = protocol::decode_publish(frame, scene_.ground().version());
    const bool is_awaited = publish && publish->topic == topic_;
    came_ = came_ || is_awaited;
    others_ += !is_awaited;
    scene_.changed();
  }
  std::string end_text() const { return wire_.end() ? ": " + wire_.end()->text : std::string(); }

  Scene& scene_;
  std::string topic_;
  Wire& wire_;
  bool came_ = false;
  std::size_t others_ = 0;
};

/// MQTT-3.3.1-9, before 5.0 MQTT-3.3.1-6. The filter goes beyond the prefix, for which the user may
/// have no right.
Finding retained_hash(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  if (!scene.ground().limits.wildcard_subscription_available)
    return unsupported("Wildcard Subscription Available says so");
  const Retained kept(scene, "kept");
  Wire& below = scene.connected();
  below.subscribe(scene.topic("#"), {.qos = Qos::at_most_once});
  if (wait_for_message(scene, below, "kept") == nullptr && !scene.in_trouble())
    return unsupported("no retained message comes for another wildcard either");
  Everything everything(scene, kept.topic());
  const Finding found = everything.listen();
  everything.leave();
  return found;
}

/// The message that is sent because of a subscription has its identifier (MQTT-3.3.4-3).
Finding retained_identifier(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  if (!scene.ground().limits.subscription_identifier_available)
    return unsupported("Subscription Identifier Available says so");
  constexpr std::uint32_t identifier = 4711;
  Retained kept(scene, "kept");
  Wire& wire = scene.connected();
  wire.subscribe(kept.topic(), {.qos = Qos::at_least_once, .identifier = identifier});
  (void)wait_for_message(scene, wire, "kept", arrival_patience);
  kept.publish("live");
  const Message* live = wait_for_message(scene, wire, "live");
  const Message* came = find_message(wire, "kept");
  if (scene.in_trouble()) return {};
  if (came == nullptr || live == nullptr) return inconclusive("the messages did not come");
  const auto of = [](const Message& message) {
    return message.properties.view().number(protocol::PropertyId::subscription_identifier);
  };
  if (of(*came) == identifier) return pass("sent with the subscription's identifier");
  if (of(*live) != identifier) return inconclusive("live messages come without it too");
  return broken("a retained message came without the identifier that live ones have");
}

Finding retained_replaced(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  Retained kept(scene, "kept");
  kept.publish("replaced");
  Wire& wire = scene.connected();
  wire.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  wire.wait_for(1, arrival_patience);
  scene.stay(quiet / 2);
  if (scene.in_trouble()) return {};
  if (wire.received().empty()) return inconclusive("no retained message came");
  if (find_message(wire, "kept") != nullptr) return broken("the older message is still there");
  return pass("the newer message replaced the older");
}

Finding retained_cleared(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  Retained kept(scene, "kept");
  kept.publish("");
  Wire& wire = scene.connected();
  wire.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  scene.stay(quiet);
  if (scene.in_trouble()) return {};
  return wire.received().empty() ? pass("gone after an empty message")
                                 : broken("still there after an empty message");
}

/// How many retained messages a subscription gets. A live one behind it ends the wait for what is
/// not to come.
std::size_t sent_for_subscription(Scene& scene, Wire& wire, const std::string& topic,
                                  RetainHandling handling, bool is_to_come) {
  wire.forget_received();
  wire.subscribe(topic, {.qos = Qos::at_least_once, .retain_handling = handling});
  if (is_to_come) (void)wait_for_message(scene, wire, "kept");
  wire.publish(message(topic, "live"));
  (void)wait_for_message(scene, wire, "live");
  scene.stay(quiet / 2);
  return count_of(wire, "kept");
}

/// What a second subscription to the same filter gets, and a first one, with each handling.
struct Handled {
  std::size_t first = 0;
  std::size_t again = 0;
};

Handled handled(Scene& scene, const std::string& topic, RetainHandling handling) {
  Wire& wire = scene.connected();
  Handled result;
  result.first =
      sent_for_subscription(scene, wire, topic, handling, handling != RetainHandling::never);
  result.again =
      sent_for_subscription(scene, wire, topic, handling, handling == RetainHandling::always);
  return result;
}

Finding retain_handling(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  const Retained kept(scene, "kept");
  const Handled always = handled(scene, kept.topic(), RetainHandling::always);
  const Handled if_new = handled(scene, kept.topic(), RetainHandling::if_new);
  const Handled never = handled(scene, kept.topic(), RetainHandling::never);
  if (scene.in_trouble()) return {};
  std::string wrong;
  const auto demand = [&](bool right, std::string_view text) {
    if (!right) (wrong += wrong.empty() ? "" : ", ") += text;
  };
  demand(always.again == 1, "0: not sent to a repeated subscription");
  demand(if_new.first == 1, "1: not sent to a new subscription");
  demand(if_new.again == 0, "1: sent to a repeated subscription");
  demand(never.first + never.again == 0, "2: sent");
  scene.tell(measured(fact("retain-handling"), wrong.empty()));
  return wrong.empty() ? pass("0, 1 and 2 as they should") : broken(wrong);
}

Finding retain_as_published(Scene& scene) {
  if (auto none = without_retain(scene)) return *none;
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("live"), {.qos = Qos::at_least_once, .retain_as_published = true});
  Retained kept(scene, "live");
  Wire& publisher = scene.connected();
  publisher.publish(message(kept.topic(), "plain"));
  const Message* came = wait_for_message(scene, wire, "kept");
  const Message* plain = wait_for_message(scene, wire, "plain");
  if (scene.in_trouble()) return {};
  if (came == nullptr || plain == nullptr) return inconclusive("the messages did not come");
  came = find_message(wire, "kept");
  const bool right = came->retain && !plain->retain;
  scene.tell(measured(fact("retain-as-published"), right));
  if (right) return pass("RETAIN is as it was published");
  return broken(came->retain ? "RETAIN is set on a message published without it"
                             : "RETAIN is cleared");
}

constexpr std::array cases{
    Case{"retained", "3.3.1.3", "sends a retained message to a new subscription", retained},
    Case{"retained-flag", "3.3.1.3", "sets RETAIN on what it retained", retained_flag},
    Case{"retained-flag-live", "3.3.1.3", "clears RETAIN on live messages", retained_flag_live},
    Case{"retained-wildcard", "3.3.1.3", "sends retained messages to subscriptions with wildcards",
         retained_wildcard},
    Case{"retained-hash", "3.3.1.3", "sends retained messages to a subscription to #",
         retained_hash},
    Case{"retained-identifier", "3.3.4",
         "sends retained messages with the identifier of their subscription", retained_identifier,
         Versions::v5_only},
    Case{"retained-replaced", "3.3.1.3", "keeps the last retained message of a topic only",
         retained_replaced},
    Case{"retained-cleared", "3.3.1.3", "forgets a retained message after an empty one",
         retained_cleared},
    Case{"retain-handling", "3.8.3.1", "obeys the Retain Handling of a subscription",
         retain_handling, Versions::v5_only},
    Case{"retain-as-published", "3.8.3.1", "leaves RETAIN alone where a subscription asks for it",
         retain_as_published, Versions::v5_only},
};

}  // namespace

std::span<const Case> retained_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
