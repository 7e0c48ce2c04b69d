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
  Retained(CaseContext& context, const std::string& name)
      : context_(context), client_(context.connected()), topic_(context.topic(name)) {
    client_.subscribe(topic_, {.qos = Qos::at_least_once});
    publish("kept");
  }
  ~Retained() {
    if (client_.online()) (void)client_.try_publish(retained_message(topic_, ""), arrival_timeout);
  }
  Retained(const Retained&) = delete;
  Retained& operator=(const Retained&) = delete;

  /// Returns when the message was passed on.
  void publish(const std::string& payload) {
    const std::size_t before = count_of(client_, payload);
    client_.publish(retained_message(topic_, payload));
    context_.wait([&] { return count_of(client_, payload) > before || client_.end(); },
                  must_come_within(std::chrono::seconds(1)));
  }
  const std::string& topic() const { return topic_; }

 private:
  CaseContext& context_;
  ScriptedClient& client_;
  std::string topic_;
};

/// Whether the broker said that it does not retain at all.
std::optional<Finding> without_retain(CaseContext& context) {
  if (context.run().limits.retain_available) return std::nullopt;
  return unsupported("Retain Available says so");
}

Finding retained(CaseContext& context) {
  if (auto none = without_retain(context)) {
    context.tell(announced(fact("retained"), false));
    return *none;
  }
  const Retained kept(context, "kept");
  ScriptedClient& client = context.connected();
  client.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  const Message* came = wait_for_message(context, client, "kept", arrival_timeout);
  if (context.is_aborted()) return {};
  context.tell(measured(fact("retained"), came != nullptr));
  return came != nullptr ? pass("sent to a new subscription")
                         : broken("not sent to a new subscription");
}

Finding retained_flag(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  const Retained kept(context, "kept");
  ScriptedClient& client = context.connected();
  client.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  const Message* came = wait_for_message(context, client, "kept", arrival_timeout);
  if (context.is_aborted()) return {};
  if (came == nullptr) return inconclusive("no retained message came");
  return came->retain ? pass("RETAIN is set") : broken("RETAIN is not set");
}

Finding retained_flag_live(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("live"), {.qos = Qos::at_least_once});
  Retained kept(context, "live");
  const Message* came = wait_for_message(context, client, "kept");
  if (context.is_aborted()) return {};
  if (came == nullptr) return broken("a retained message was not sent to those who listen already");
  return came->retain ? broken("RETAIN is set on a live message") : pass("RETAIN is not set");
}

Finding retained_wildcard(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  const Retained kept(context, "all/kept");
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("all/#"), {.qos = Qos::at_least_once});
  client.subscribe(context.topic("all/+"), {.qos = Qos::at_least_once});
  context.wait([&] { return count_of(client, "kept") >= 2; }, must_come_within(quiet * 2));
  if (context.is_aborted()) return {};
  const std::size_t came = count_of(client, "kept");
  context.tell(measured(fact("retained-wildcard"), came != 0));
  if (came >= 2) return pass("sent for # and for +");
  return broken(came == 0 ? "not sent for filters with wildcards" : "not sent for both # and +");
}

/// A client that subscribes to everything, and waits for one message.
class Everything {
 public:
  Everything(CaseContext& context, std::string topic)
      : context_(context), topic_(std::move(topic)), client_(context.client()) {
    client_.count_only();
    client_.set_hook([this](session::Direction direction, const protocol::Frame& frame) {
      if (direction == session::Direction::sent || frame.type() != protocol::PacketType::publish)
        return Fate::pass;
      see(frame);
      // At QoS 0 nobody has to answer.
      return Fate::swallow;
    });
  }
  ~Everything() { client_.set_hook({}); }
  Everything(const Everything&) = delete;
  Everything& operator=(const Everything&) = delete;

  /// Until the message has come, or nothing more comes.
  Finding listen() {
    if (!client_.connect()) return {};
    const auto reason = client_.try_subscribe("#", {.qos = Qos::at_most_once});
    if (context_.is_aborted()) return {};
    if (!reason) return unsupported("a subscription to # was not answered" + end_text());
    if (is_failure(*reason)) return unsupported("a subscription to # was refused");
    std::size_t before = 0;
    do {
      before = others_;
      context_.wait([this] { return came_ || client_.end(); }, arrival_timeout);
    } while (!came_ && !client_.end() && others_ > before &&
             context_.time_left() > CaseContext::reserve);
    if (came_) return pass("sent for #");
    if (client_.end()) return unsupported("a subscription to # is not served" + end_text());
    return others_ > before ? inconclusive("the messages of others do not end")
                            : broken("not sent for #, but for another wildcard");
  }
  void leave() { client_.disconnect(); }

 private:
  void see(const protocol::Frame& frame) {
    const auto publish = protocol::decode_publish(frame, context_.run().version());
    const bool is_awaited = publish && publish->topic == topic_;
    came_ = came_ || is_awaited;
    others_ += !is_awaited;
    context_.changed();
  }
  std::string end_text() const {
    return client_.end() ? ": " + client_.end()->text : std::string();
  }

  CaseContext& context_;
  std::string topic_;
  ScriptedClient& client_;
  bool came_ = false;
  std::size_t others_ = 0;
};

/// MQTT-3.3.1-9, before 5.0 MQTT-3.3.1-6. The filter goes beyond the prefix, for which the user may
/// have no right.
Finding retained_hash(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  if (!context.run().limits.wildcard_subscription_available)
    return unsupported("Wildcard Subscription Available says so");
  const Retained kept(context, "kept");
  ScriptedClient& below = context.connected();
  below.subscribe(context.topic("#"), {.qos = Qos::at_most_once});
  if (wait_for_message(context, below, "kept") == nullptr && !context.is_aborted())
    return unsupported("no retained message comes for another wildcard either");
  Everything everything(context, kept.topic());
  const Finding found = everything.listen();
  everything.leave();
  return found;
}

/// The message that is sent because of a subscription has its identifier (MQTT-3.3.4-3).
Finding retained_identifier(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  if (!context.run().limits.subscription_identifier_available)
    return unsupported("Subscription Identifier Available says so");
  constexpr std::uint32_t identifier = 4711;
  Retained kept(context, "kept");
  ScriptedClient& client = context.connected();
  client.subscribe(kept.topic(), {.qos = Qos::at_least_once, .identifier = identifier});
  (void)wait_for_message(context, client, "kept", arrival_timeout);
  kept.publish("live");
  const Message* live = wait_for_message(context, client, "live");
  const Message* came = find_message(client, "kept");
  if (context.is_aborted()) return {};
  if (came == nullptr || live == nullptr) return inconclusive("the messages did not come");
  const auto of = [](const Message& message) {
    return message.properties.view().number(protocol::PropertyId::subscription_identifier);
  };
  if (of(*came) == identifier) return pass("sent with the subscription's identifier");
  if (of(*live) != identifier) return inconclusive("live messages come without it too");
  return broken("a retained message came without the identifier that live ones have");
}

Finding retained_replaced(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  Retained kept(context, "kept");
  kept.publish("replaced");
  ScriptedClient& client = context.connected();
  client.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  client.wait_for(1, arrival_timeout);
  context.stay(quiet / 2);
  if (context.is_aborted()) return {};
  if (client.received().empty()) return inconclusive("no retained message came");
  if (find_message(client, "kept") != nullptr) return broken("the older message is still there");
  return pass("the newer message replaced the older");
}

Finding retained_cleared(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  Retained kept(context, "kept");
  kept.publish("");
  ScriptedClient& client = context.connected();
  client.subscribe(kept.topic(), {.qos = Qos::at_least_once});
  context.stay(quiet);
  if (context.is_aborted()) return {};
  return client.received().empty() ? pass("gone after an empty message")
                                   : broken("still there after an empty message");
}

/// How many retained messages a subscription gets. A live one behind it ends the wait for what is
/// not to come.
std::size_t sent_for_subscription(CaseContext& context, ScriptedClient& client,
                                  const std::string& topic, RetainHandling handling,
                                  bool is_to_come) {
  client.forget_received();
  client.subscribe(topic, {.qos = Qos::at_least_once, .retain_handling = handling});
  if (is_to_come) (void)wait_for_message(context, client, "kept");
  client.publish(message(topic, "live"));
  (void)wait_for_message(context, client, "live");
  context.stay(quiet / 2);
  return count_of(client, "kept");
}

/// What a second subscription to the same filter gets, and a first one, with each handling.
struct Handled {
  std::size_t first = 0;
  std::size_t again = 0;
};

Handled handled(CaseContext& context, const std::string& topic, RetainHandling handling) {
  ScriptedClient& client = context.connected();
  Handled result;
  result.first =
      sent_for_subscription(context, client, topic, handling, handling != RetainHandling::never);
  result.again =
      sent_for_subscription(context, client, topic, handling, handling == RetainHandling::always);
  return result;
}

Finding retain_handling(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  const Retained kept(context, "kept");
  const Handled always = handled(context, kept.topic(), RetainHandling::always);
  const Handled if_new = handled(context, kept.topic(), RetainHandling::if_new);
  const Handled never = handled(context, kept.topic(), RetainHandling::never);
  if (context.is_aborted()) return {};
  std::string wrong;
  const auto demand = [&](bool right, std::string_view text) {
    if (!right) (wrong += wrong.empty() ? "" : ", ") += text;
  };
  demand(always.again == 1, "0: not sent to a repeated subscription");
  demand(if_new.first == 1, "1: not sent to a new subscription");
  demand(if_new.again == 0, "1: sent to a repeated subscription");
  demand(never.first + never.again == 0, "2: sent");
  context.tell(measured(fact("retain-handling"), wrong.empty()));
  return wrong.empty() ? pass("0, 1 and 2 as they should") : broken(wrong);
}

Finding retain_as_published(CaseContext& context) {
  if (auto none = without_retain(context)) return *none;
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("live"), {.qos = Qos::at_least_once, .retain_as_published = true});
  Retained kept(context, "live");
  ScriptedClient& publisher = context.connected();
  publisher.publish(message(kept.topic(), "plain"));
  const Message* came = wait_for_message(context, client, "kept");
  const Message* plain = wait_for_message(context, client, "plain");
  if (context.is_aborted()) return {};
  if (came == nullptr || plain == nullptr) return inconclusive("the messages did not come");
  came = find_message(client, "kept");
  const bool right = came->retain && !plain->retain;
  context.tell(measured(fact("retain-as-published"), right));
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
