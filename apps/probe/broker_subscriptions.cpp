#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "probe/broker_steps.hpp"

// What a subscription can be.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::PropertyId;
using protocol::Qos;
using protocol::ReasonCode;

namespace {

/// Subscribes where the user may have no right to, because the filter lies outside of the prefix.
bool subscribe_outside(Scene& scene, Wire& wire, const std::string& filter) {
  const auto reason = wire.try_subscribe(filter, {.qos = Qos::at_least_once});
  if (!reason && wire.end())
    scene.trouble(unsupported("the connection ended at a subscription outside of --topic-prefix: " +
                              wire.end()->text));
  else if (!reason)
    scene.trouble("the subscription was not answered");
  else if (is_failure(*reason))
    scene.trouble(unsupported("a subscription outside of --topic-prefix was refused: " +
                              reason_text(*reason, PacketType::suback) + wire.said()));
  return !scene.in_trouble();
}

/// Publishes where the user may have no right to, because the topic lies outside of the prefix.
bool publish_outside(Scene& scene, Wire& wire, const Message& sent) {
  const auto reason = wire.try_publish(sent, arrival_patience);
  if (!reason && wire.end())
    scene.trouble(unsupported("the connection ended at a message outside of --topic-prefix: " +
                              wire.end()->text));
  else if (!reason)
    scene.trouble("a message was not acknowledged");
  else if (is_failure(*reason))
    scene.trouble(unsupported("a message outside of --topic-prefix was refused: " +
                              reason_text(*reason, PacketType::puback) + wire.said()));
  return !scene.in_trouble();
}

/// Publishes to `topic`, and tells whether a subscription to `filter` gets it. `patience` runs from
/// when a message behind it has come, to a topic that is subscribed to by its name.
std::optional<bool> reaches(Scene& scene, const std::string& filter, const std::string& topic,
                            Patience patience) {
  Wire& wire = scene.connected();
  const std::string end = scene.topic("the-end");
  wire.subscribe(end, {.qos = Qos::at_least_once});
  wire.subscribe(filter, {.qos = Qos::at_least_once});
  wire.publish(message(topic, "through"));
  wire.publish(message(end, "end"));
  if (wait_for_message(scene, wire, "end") == nullptr)
    scene.trouble("a message to a topic subscribed to by name did not come");
  if (scene.in_trouble()) return std::nullopt;
  return wait_for_message(scene, wire, "through", patience) != nullptr;
}

Finding should_reach(Scene& scene, const std::string& filter, const std::string& topic) {
  const auto reached = reaches(scene, filter, topic, must_come_within(quiet));
  if (!reached || scene.in_trouble()) return {};
  return *reached ? pass("delivered") : broken("\"" + filter + "\" does not get \"" + topic + '"');
}

Finding should_not_reach(Scene& scene, const std::string& filter, const std::string& topic) {
  const auto reached = reaches(scene, filter, topic, quiet);
  if (!reached) return {};
  return *reached ? broken("\"" + filter + "\" gets \"" + topic + '"') : pass("not delivered");
}

Finding wildcard_plus(Scene& scene) {
  if (!scene.ground().limits.wildcard_subscription_available) {
    scene.tell(announced(fact("wildcards"), false));
    return unsupported("Wildcard Subscription Available says so");
  }
  Finding found = should_reach(scene, scene.topic("+/b"), scene.topic("a/b"));
  if (!scene.in_trouble()) scene.tell(measured(fact("wildcards"), found.verdict == Verdict::pass));
  return found;
}
Finding wildcard_hash(Scene& scene) {
  return should_reach(scene, scene.topic("a/#"), scene.topic("a/b/c"));
}
Finding wildcard_parent(Scene& scene) {
  return should_reach(scene, scene.topic("a/#"), scene.topic("a"));
}
Finding wildcard_one_level(Scene& scene) {
  return should_not_reach(scene, scene.topic("+"), scene.topic("a/b"));
}
/// The empty level comes before the prefix. What does not come by its name either, the user may not
/// publish or read.
Finding wildcard_empty_level(Scene& scene) {
  const std::string topic = '/' + scene.topic("a");
  const std::string filter = "+/" + scene.topic("a");
  Wire& by_name = scene.connected();
  Wire& wire = scene.connected();
  if (!subscribe_outside(scene, by_name, topic) || !subscribe_outside(scene, wire, filter) ||
      !publish_outside(scene, wire, message(topic, "through")))
    return {};
  const bool came_by_name = wait_for_message(scene, by_name, "through") != nullptr;
  const Patience patience = came_by_name ? arrival_patience : quiet;
  const bool came = wait_for_message(scene, wire, "through", patience) != nullptr;
  if (scene.in_trouble()) return {};
  if (came) return pass("delivered");
  if (came_by_name) return broken("\"" + filter + "\" does not get \"" + topic + '"');
  return unsupported("a message outside of --topic-prefix does not come by its name either");
}

/// "+/..." must not match "$.../...", MQTT 5.0 section 4.7.2.
Finding wildcard_dollar(Scene& scene) {
  const std::string rest = scene.topic("a");
  Wire& wire = scene.connected();
  const std::string end = scene.topic("the-end");
  wire.subscribe(end, {.qos = Qos::at_least_once});
  if (!subscribe_outside(scene, wire, "+/" + rest)) return {};
  const auto reason =
      wire.try_publish(message("$mqtt-toolbox/" + rest, "dollar"), arrival_patience);
  if (!scene.in_trouble() && (!reason || is_failure(*reason)))
    return pass("it takes no messages to topics that begin with $");
  const auto last = wire.try_publish(message(end, "end"), arrival_patience);
  if (!last && wire.end())
    return unsupported("the connection ended behind a message outside of --topic-prefix: " +
                       wire.end()->text);
  (void)wait_for_message(scene, wire, "end");
  scene.stay(quiet);
  if (scene.in_trouble()) return {};
  return find_message(wire, "dollar") == nullptr
             ? pass("not delivered")
             : broken("\"+/...\" gets messages to a topic that begins with $");
}

/// Ten messages, two members of a group.
Finding shared_outcome(Scene& scene, std::size_t first, std::size_t second, std::size_t sent) {
  const std::size_t came = first + second;
  scene.tell(measured(fact("shared"), came == sent));
  if (came == sent) return pass(fmt::format("{} and {} of {} messages", first, second, sent));
  const std::string text = fmt::format("granted, but {} of {} messages came", came, sent);
  // 3.1.1 knows a topic level "$share" and nothing more.
  return scene.is_v5() ? broken(text) : unsupported(text);
}

Finding shared_refused(Scene& scene, const Wire& wire, std::optional<ReasonCode> reason) {
  // For want of a right it may be refused too, and before 5.0 there are no reasons.
  const bool has_none = reason == ReasonCode::shared_subscriptions_not_supported ||
                        reason == ReasonCode::topic_filter_invalid;
  if (has_none) scene.tell(measured(fact("shared"), false));
  std::string text = reason       ? reason_text(*reason, PacketType::suback) + wire.said()
                     : wire.end() ? wire.end()->text
                                  : "no answer to SUBSCRIBE";
  return unsupported(std::move(text));
}

Finding shared(Scene& scene) {
  if (!scene.ground().limits.shared_subscription_available) {
    scene.tell(announced(fact("shared"), false));
    return unsupported("Shared Subscription Available says so");
  }
  constexpr std::size_t sent = 10;
  Wire& first = scene.connected();
  Wire& second = scene.connected();
  Wire& publisher = scene.connected();
  const std::string filter = "$share/" + scene.share_name("pair") + '/' + scene.topic("t");
  for (Wire* member : {&first, &second}) {
    const auto reason =
        member->try_subscribe(filter, {.qos = Qos::at_least_once}, arrival_patience);
    if (scene.in_trouble()) return {};
    if (!reason || is_failure(*reason)) return shared_refused(scene, *member, reason);
  }
  for (std::size_t i = 0; i < sent; ++i) publisher.publish(message(scene.topic("t"), "shared"));
  const auto both = [&] { return count_of(first, "shared") + count_of(second, "shared"); };
  scene.wait([&] { return both() >= sent; }, arrival_patience);
  scene.stay(quiet);
  if (scene.in_trouble()) return {};
  return shared_outcome(scene, count_of(first, "shared"), count_of(second, "shared"), sent);
}

Finding subscription_identifier(Scene& scene) {
  if (!scene.ground().limits.subscription_identifier_available) {
    scene.tell(announced(fact("subscription-identifiers"), false));
    return unsupported("Subscription Identifier Available says so");
  }
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("a"), {.qos = Qos::at_least_once, .identifier = 4711});
  wire.publish(message(scene.topic("a"), "numbered"));
  const Message* came = wait_for_message(scene, wire, "numbered");
  if (scene.in_trouble()) return {};
  if (came == nullptr) return inconclusive("the message did not come");
  const auto number = came->properties.view().number(PropertyId::subscription_identifier);
  scene.tell(measured(fact("subscription-identifiers"), number == 4711u));
  if (!number) return broken("delivered without the subscription's identifier");
  return *number == 4711 ? pass("delivered with the subscription's identifier")
                         : broken(fmt::format("identifier {} in place of 4711", *number));
}

std::vector<std::uint32_t> identifiers_of(const Message& message) {
  std::vector<std::uint32_t> identifiers;
  for (const protocol::Property& property : message.properties.view())
    if (property.id == PropertyId::subscription_identifier) identifiers.push_back(property.number);
  return identifiers;
}

/// Subscribes again to the same filter, and publishes; what comes, of which there is one.
const Message* come_by_next_subscription(Scene& scene, Wire& wire, std::string_view payload,
                                         std::uint32_t identifier) {
  wire.subscribe(scene.topic("a"), {.qos = Qos::at_least_once, .identifier = identifier});
  wire.publish(message(scene.topic("a"), std::string(payload)));
  return wait_for_message(scene, wire, payload);
}

/// A subscription to the same filter replaces the older one (MQTT-3.8.4-3), with its identifier.
Finding subscription_replaced(Scene& scene) {
  if (!scene.ground().limits.subscription_identifier_available)
    return unsupported("Subscription Identifier Available says so");
  constexpr std::uint32_t older = 4711, newer = 4712;
  Wire& wire = scene.connected();
  for (const auto& [payload, identifier] : {std::pair("first", older), std::pair("second", newer),
                                            std::pair("third", std::uint32_t(0))}) {
    const Message* came = come_by_next_subscription(scene, wire, payload, identifier);
    if (scene.in_trouble()) return {};
    if (came == nullptr) return inconclusive("the messages did not come");
    const auto identifiers = identifiers_of(*came);
    const bool is_right = identifier == 0 ? identifiers.empty()
                                          : identifiers == std::vector<std::uint32_t>{identifier};
    if (is_right) continue;
    if (identifiers.empty()) return inconclusive("messages come without identifiers");
    return broken(fmt::format("after the {} subscription came the identifier {}", payload,
                              fmt::join(identifiers, ", ")));
  }
  return pass("each subscription to the same filter brought its own identifier");
}

using Codes = std::vector<ReasonCode>;

Codes codes_in(const Bare::Answer& answer) {
  Codes codes;
  for (const char code : answer.codes)
    codes.push_back(static_cast<ReasonCode>(static_cast<unsigned char>(code)));
  return codes;
}

std::string text_of(const Codes& codes) {
  std::string text;
  for (const ReasonCode code : codes)
    text += fmt::format("{}0x{:02X}", text.empty() ? "" : " ", static_cast<unsigned>(code));
  return text;
}

/// Codes of several filters, held against those of the same alone.
Finding order_finding(const Codes& alone, const Codes& together) {
  const std::string text =
      "one by one: " + text_of(alone) + "; in one packet: " + text_of(together);
  if (alone == together) return pass(text);
  if (alone.size() != together.size()) return broken("not a code for each filter; " + text);
  const bool has_the_same =
      std::is_permutation(alone.begin(), alone.end(), together.begin(), together.end());
  return has_the_same ? broken("the codes are in another order; " + text) : inconclusive(text);
}

/// MQTT-3.9.3-1.
Finding suback_order(Scene& scene) {
  constexpr std::array asked{Qos::exactly_once, Qos::at_most_once, Qos::at_least_once,
                             Qos::at_least_once, Qos::at_most_once};
  Bare client(scene);
  if (!client.connect()) return {};
  Codes alone;
  std::string entries;
  for (const Qos qos : asked) {
    client.forget_answers();
    const std::string number = std::to_string(alone.size());
    const auto code = client.subscribe(scene.topic("alone/" + number), qos, usual_patience);
    if (!code || scene.in_trouble()) return inconclusive("SUBSCRIBE was not answered");
    alone.push_back(*code);
    protocol::append_subscription(entries, {scene.topic("together/" + number), qos});
  }
  client.forget_answers();
  client.send(protocol::Subscribe{2, {}, entries});
  const Bare::Answer* answer = client.wait_for(PacketType::suback, usual_patience);
  if (answer == nullptr) return inconclusive("SUBSCRIBE with several filters was not answered");
  return order_finding(alone, codes_in(*answer));
}

std::optional<Codes> unsubscribe_from(Bare& client, const std::string& entries) {
  client.forget_answers();
  client.send(protocol::Unsubscribe{1, {}, entries});
  const Bare::Answer* answer = client.wait_for(PacketType::unsuback, usual_patience);
  return answer == nullptr ? std::nullopt : std::optional(codes_in(*answer));
}

/// Of filters that are subscribed to and others that are not, alone and together (MQTT-3.11.3-1).
Finding unsuback_order(Scene& scene) {
  constexpr std::array is_subscribed{true, false, true, false, false};
  Bare client(scene);
  if (!client.connect()) return {};
  Codes alone;
  std::string together;
  for (const bool subscribes : is_subscribed) {
    const std::string number = std::to_string(alone.size());
    for (const char* level : {"alone/", "together/"}) {
      client.forget_answers();
      if (subscribes)
        (void)client.subscribe(scene.topic(level + number), Qos::at_most_once, usual_patience);
    }
    std::string entry;
    protocol::append_filter(entry, scene.topic("alone/" + number));
    protocol::append_filter(together, scene.topic("together/" + number));
    const auto codes = unsubscribe_from(client, entry);
    if (!codes || codes->empty()) return inconclusive("UNSUBSCRIBE was not answered");
    alone.push_back(codes->front());
  }
  const auto codes = unsubscribe_from(client, together);
  if (!codes) return inconclusive("UNSUBSCRIBE with several filters was not answered");
  return order_finding(alone, *codes);
}

Finding no_local(Scene& scene) {
  Wire& self = scene.connected();
  Wire& other = scene.connected();
  self.subscribe(scene.topic("a"), {.qos = Qos::at_least_once, .no_local = true});
  self.publish(message(scene.topic("a"), "own"));
  other.publish(message(scene.topic("a"), "of another"));
  const Message* came = wait_for_message(scene, self, "of another");
  if (scene.in_trouble()) return {};
  const bool local = find_message(self, "own") != nullptr;
  if (local || came != nullptr) scene.tell(measured(fact("no-local"), !local));
  if (local) return broken("the client's own message came back to it");
  return came != nullptr ? pass("only another client's message came")
                         : broken("another client's message did not come either");
}

Finding unsubscribe(Scene& scene) {
  Wire& wire = scene.connected();
  wire.subscribe(scene.topic("a"), {.qos = Qos::at_least_once});
  wire.subscribe(scene.topic("end"), {.qos = Qos::at_least_once});
  const auto reason = wire.try_unsubscribe(scene.topic("a"));
  if (!scene.in_trouble() && !reason) return broken("UNSUBSCRIBE was not answered");
  wire.publish(message(scene.topic("a"), "late"));
  wire.publish(message(scene.topic("end"), "end"));
  (void)wait_for_message(scene, wire, "end");
  scene.stay(quiet);
  if (scene.in_trouble()) return {};
  return find_message(wire, "late") == nullptr ? pass("nothing came any more")
                                               : broken("messages still come after UNSUBACK");
}

Finding unsubscribe_unknown(Scene& scene) {
  Wire& wire = scene.connected();
  const auto reason = wire.try_unsubscribe(scene.topic("never"));
  if (scene.in_trouble()) return {};
  if (!reason) return broken("UNSUBSCRIBE was not answered");
  const std::string text = reason_text(*reason, PacketType::unsuback);
  scene.tell(measured(fact("unsuback-unknown"), text));
  return *reason == ReasonCode::no_subscription_existed ? pass(text) : deviates(text + wire.said());
}

constexpr std::array cases{
    Case{"wildcard-plus", "4.7.1.3", "lets + match one level", wildcard_plus},
    Case{"wildcard-one-level", "4.7.1.3", "lets + match no more than one level",
         wildcard_one_level},
    Case{"wildcard-hash", "4.7.1.2", "lets # match all levels below", wildcard_hash},
    Case{"wildcard-parent", "4.7.1.2", "lets a/# match a", wildcard_parent},
    Case{"wildcard-empty-level", "4.7.3", "lets + match an empty level", wildcard_empty_level},
    Case{"wildcard-dollar", "4.7.2",
         "lets a wildcard at the first level match no topic that begins with $", wildcard_dollar},
    Case{"shared", "4.8.2", "delivers each message to one member of a shared subscription", shared},
    Case{"subscription-identifier", "3.8.2.1.2",
         "delivers messages with the identifier of their subscription", subscription_identifier,
         Versions::v5_only},
    Case{"subscription-replaced", "3.8.4",
         "replaces a subscription and its identifier by a later one to the same filter",
         subscription_replaced, Versions::v5_only},
    Case{"suback-order", "3.9.3", "answers several filters in the order of SUBSCRIBE",
         suback_order},
    Case{"unsuback-order", "3.11.3", "answers several filters in the order of UNSUBSCRIBE",
         unsuback_order, Versions::v5_only},
    Case{"no-local", "3.8.3.1", "sends a client with No Local none of its own messages", no_local,
         Versions::v5_only},
    Case{"unsubscribe", "3.10.4", "delivers nothing after UNSUBACK", unsubscribe},
    Case{"unsubscribe-unknown", "3.11.3", "answers an unsubscription from nothing with reason 0x11",
         unsubscribe_unknown, Versions::v5_only},
};

}  // namespace

std::span<const Case> subscription_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
