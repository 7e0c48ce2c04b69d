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
bool subscribe_outside(CaseContext& context, ScriptedClient& client, const std::string& filter) {
  const auto reason = client.try_subscribe(filter, {.qos = Qos::at_least_once});
  if (!reason && client.end())
    context.abort(unsupported("the connection ended at a subscription outside of --topic-prefix: " +
                              client.end()->text));
  else if (!reason)
    context.abort("the subscription was not answered");
  else if (is_failure(*reason))
    context.abort(unsupported("a subscription outside of --topic-prefix was refused: " +
                              reason_text(*reason, PacketType::suback) + client.said()));
  return !context.is_aborted();
}

/// Publishes where the user may have no right to, because the topic lies outside of the prefix.
bool publish_outside(CaseContext& context, ScriptedClient& client, const Message& sent) {
  const auto reason = client.try_publish(sent, arrival_timeout);
  if (!reason && client.end())
    context.abort(unsupported("the connection ended at a message outside of --topic-prefix: " +
                              client.end()->text));
  else if (!reason)
    context.abort("a message was not acknowledged");
  else if (is_failure(*reason))
    context.abort(unsupported("a message outside of --topic-prefix was refused: " +
                              reason_text(*reason, PacketType::puback) + client.said()));
  return !context.is_aborted();
}

/// Publishes to `topic`, and tells whether a subscription to `filter` gets it. `timeout` runs from
/// when a message behind it has come, to a topic that is subscribed to by its name.
std::optional<bool> reaches(CaseContext& context, const std::string& filter,
                            const std::string& topic, Timeout timeout) {
  ScriptedClient& client = context.connected();
  const std::string end = context.topic("the-end");
  client.subscribe(end, {.qos = Qos::at_least_once});
  client.subscribe(filter, {.qos = Qos::at_least_once});
  client.publish(message(topic, "through"));
  client.publish(message(end, "end"));
  if (wait_for_message(context, client, "end") == nullptr)
    context.abort("a message to a topic subscribed to by name did not come");
  if (context.is_aborted()) return std::nullopt;
  return wait_for_message(context, client, "through", timeout) != nullptr;
}

Finding should_reach(CaseContext& context, const std::string& filter, const std::string& topic) {
  const auto reached = reaches(context, filter, topic, must_come_within(quiet));
  if (!reached || context.is_aborted()) return {};
  return *reached ? pass("delivered") : broken("\"" + filter + "\" does not get \"" + topic + '"');
}

Finding should_not_reach(CaseContext& context, const std::string& filter,
                         const std::string& topic) {
  const auto reached = reaches(context, filter, topic, quiet);
  if (!reached) return {};
  return *reached ? broken("\"" + filter + "\" gets \"" + topic + '"') : pass("not delivered");
}

Finding wildcard_plus(CaseContext& context) {
  if (!context.run().limits.wildcard_subscription_available) {
    context.tell(announced(fact("wildcards"), false));
    return unsupported("Wildcard Subscription Available says so");
  }
  Finding found = should_reach(context, context.topic("+/b"), context.topic("a/b"));
  if (!context.is_aborted())
    context.tell(measured(fact("wildcards"), found.verdict == Verdict::pass));
  return found;
}
Finding wildcard_hash(CaseContext& context) {
  return should_reach(context, context.topic("a/#"), context.topic("a/b/c"));
}
Finding wildcard_parent(CaseContext& context) {
  return should_reach(context, context.topic("a/#"), context.topic("a"));
}
Finding wildcard_one_level(CaseContext& context) {
  return should_not_reach(context, context.topic("+"), context.topic("a/b"));
}
/// The empty level comes before the prefix. What does not come by its name either, the user may not
/// publish or read.
Finding wildcard_empty_level(CaseContext& context) {
  const std::string topic = '/' + context.topic("a");
  const std::string filter = "+/" + context.topic("a");
  ScriptedClient& by_name = context.connected();
  ScriptedClient& client = context.connected();
  if (!subscribe_outside(context, by_name, topic) || !subscribe_outside(context, client, filter) ||
      !publish_outside(context, client, message(topic, "through")))
    return {};
  const bool came_by_name = wait_for_message(context, by_name, "through") != nullptr;
  const Timeout timeout = came_by_name ? arrival_timeout : quiet;
  const bool came = wait_for_message(context, client, "through", timeout) != nullptr;
  if (context.is_aborted()) return {};
  if (came) return pass("delivered");
  if (came_by_name) return broken("\"" + filter + "\" does not get \"" + topic + '"');
  return unsupported("a message outside of --topic-prefix does not come by its name either");
}

/// "+/..." must not match "$.../...", MQTT 5.0 section 4.7.2.
Finding wildcard_dollar(CaseContext& context) {
  const std::string rest = context.topic("a");
  ScriptedClient& client = context.connected();
  const std::string end = context.topic("the-end");
  client.subscribe(end, {.qos = Qos::at_least_once});
  if (!subscribe_outside(context, client, "+/" + rest)) return {};
  const auto reason =
      client.try_publish(message("$mqtt-toolbox/" + rest, "dollar"), arrival_timeout);
  if (!context.is_aborted() && (!reason || is_failure(*reason)))
    return pass("it takes no messages to topics that begin with $");
  const auto last = client.try_publish(message(end, "end"), arrival_timeout);
  if (!last && client.end())
    return unsupported("the connection ended behind a message outside of --topic-prefix: " +
                       client.end()->text);
  (void)wait_for_message(context, client, "end");
  context.stay(quiet);
  if (context.is_aborted()) return {};
  return find_message(client, "dollar") == nullptr
             ? pass("not delivered")
             : broken("\"+/...\" gets messages to a topic that begins with $");
}

/// Ten messages, two members of a group.
Finding shared_outcome(CaseContext& context, std::size_t first, std::size_t second,
                       std::size_t sent) {
  const std::size_t came = first + second;
  context.tell(measured(fact("shared"), came == sent));
  if (came == sent) return pass(fmt::format("{} and {} of {} messages", first, second, sent));
  const std::string text = fmt::format("granted, but {} of {} messages came", came, sent);
  // 3.1.1 knows a topic level "$share" and nothing more.
  return context.is_v5() ? broken(text) : unsupported(text);
}

Finding shared_refused(CaseContext& context, const ScriptedClient& client,
                       std::optional<ReasonCode> reason) {
  // For want of a right it may be refused too, and before 5.0 there are no reasons.
  const bool has_none = reason == ReasonCode::shared_subscriptions_not_supported ||
                        reason == ReasonCode::topic_filter_invalid;
  if (has_none) context.tell(measured(fact("shared"), false));
  std::string text = reason         ? reason_text(*reason, PacketType::suback) + client.said()
                     : client.end() ? client.end()->text
                                    : "no answer to SUBSCRIBE";
  return unsupported(std::move(text));
}

Finding shared(CaseContext& context) {
  if (!context.run().limits.shared_subscription_available) {
    context.tell(announced(fact("shared"), false));
    return unsupported("Shared Subscription Available says so");
  }
  constexpr std::size_t sent = 10;
  ScriptedClient& first = context.connected();
  ScriptedClient& second = context.connected();
  ScriptedClient& publisher = context.connected();
  const std::string filter = "$share/" + context.share_name("pair") + '/' + context.topic("t");
  for (ScriptedClient* member : {&first, &second}) {
    const auto reason = member->try_subscribe(filter, {.qos = Qos::at_least_once}, arrival_timeout);
    if (context.is_aborted()) return {};
    if (!reason || is_failure(*reason)) return shared_refused(context, *member, reason);
  }
  for (std::size_t i = 0; i < sent; ++i) publisher.publish(message(context.topic("t"), "shared"));
  const auto both = [&] { return count_of(first, "shared") + count_of(second, "shared"); };
  context.wait([&] { return both() >= sent; }, arrival_timeout);
  context.stay(quiet);
  if (context.is_aborted()) return {};
  return shared_outcome(context, count_of(first, "shared"), count_of(second, "shared"), sent);
}

Finding subscription_identifier(CaseContext& context) {
  if (!context.run().limits.subscription_identifier_available) {
    context.tell(announced(fact("subscription-identifiers"), false));
    return unsupported("Subscription Identifier Available says so");
  }
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("a"), {.qos = Qos::at_least_once, .identifier = 4711});
  client.publish(message(context.topic("a"), "numbered"));
  const Message* came = wait_for_message(context, client, "numbered");
  if (context.is_aborted()) return {};
  if (came == nullptr) return inconclusive("the message did not come");
  const auto number = came->properties.view().number(PropertyId::subscription_identifier);
  context.tell(measured(fact("subscription-identifiers"), number == 4711u));
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
const Message* come_by_next_subscription(CaseContext& context, ScriptedClient& client,
                                         std::string_view payload, std::uint32_t identifier) {
  client.subscribe(context.topic("a"), {.qos = Qos::at_least_once, .identifier = identifier});
  client.publish(message(context.topic("a"), std::string(payload)));
  return wait_for_message(context, client, payload);
}

/// A subscription to the same filter replaces the older one (MQTT-3.8.4-3), with its identifier.
Finding subscription_replaced(CaseContext& context) {
  if (!context.run().limits.subscription_identifier_available)
    return unsupported("Subscription Identifier Available says so");
  constexpr std::uint32_t older = 4711, newer = 4712;
  ScriptedClient& client = context.connected();
  for (const auto& [payload, identifier] : {std::pair("first", older), std::pair("second", newer),
                                            std::pair("third", std::uint32_t(0))}) {
    const Message* came = come_by_next_subscription(context, client, payload, identifier);
    if (context.is_aborted()) return {};
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

Codes codes_in(const RawClient::Answer& answer) {
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
Finding suback_order(CaseContext& context) {
  constexpr std::array asked{Qos::exactly_once, Qos::at_most_once, Qos::at_least_once,
                             Qos::at_least_once, Qos::at_most_once};
  RawClient client(context);
  if (!client.connect()) return {};
  Codes alone;
  std::string entries;
  for (const Qos qos : asked) {
    client.forget_answers();
    const std::string number = std::to_string(alone.size());
    const auto code = client.subscribe(context.topic("alone/" + number), qos, usual_timeout);
    if (!code || context.is_aborted()) return inconclusive("SUBSCRIBE was not answered");
    alone.push_back(*code);
    protocol::append_subscription(entries, {context.topic("together/" + number), qos});
  }
  client.forget_answers();
  client.send(protocol::Subscribe{2, {}, entries});
  const RawClient::Answer* answer = client.wait_for(PacketType::suback, usual_timeout);
  if (answer == nullptr) return inconclusive("SUBSCRIBE with several filters was not answered");
  return order_finding(alone, codes_in(*answer));
}

std::optional<Codes> unsubscribe_from(RawClient& client, const std::string& entries) {
  client.forget_answers();
  client.send(protocol::Unsubscribe{1, {}, entries});
  const RawClient::Answer* answer = client.wait_for(PacketType::unsuback, usual_timeout);
  return answer == nullptr ? std::nullopt : std::optional(codes_in(*answer));
}

/// Of filters that are subscribed to and others that are not, alone and together (MQTT-3.11.3-1).
Finding unsuback_order(CaseContext& context) {
  constexpr std::array is_subscribed{true, false, true, false, false};
  RawClient client(context);
  if (!client.connect()) return {};
  Codes alone;
  std::string together;
  for (const bool subscribes : is_subscribed) {
    const std::string number = std::to_string(alone.size());
    for (const char* level : {"alone/", "together/"}) {
      client.forget_answers();
      if (subscribes)
        (void)client.subscribe(context.topic(level + number), Qos::at_most_once, usual_timeout);
    }
    std::string entry;
    protocol::append_filter(entry, context.topic("alone/" + number));
    protocol::append_filter(together, context.topic("together/" + number));
    const auto codes = unsubscribe_from(client, entry);
    if (!codes || codes->empty()) return inconclusive("UNSUBSCRIBE was not answered");
    alone.push_back(codes->front());
  }
  const auto codes = unsubscribe_from(client, together);
  if (!codes) return inconclusive("UNSUBSCRIBE with several filters was not answered");
  return order_finding(alone, *codes);
}

Finding no_local(CaseContext& context) {
  ScriptedClient& self = context.connected();
  ScriptedClient& other = context.connected();
  self.subscribe(context.topic("a"), {.qos = Qos::at_least_once, .no_local = true});
  self.publish(message(context.topic("a"), "own"));
  other.publish(message(context.topic("a"), "of another"));
  const Message* came = wait_for_message(context, self, "of another");
  if (context.is_aborted()) return {};
  const bool local = find_message(self, "own") != nullptr;
  if (local || came != nullptr) context.tell(measured(fact("no-local"), !local));
  if (local) return broken("the client's own message came back to it");
  return came != nullptr ? pass("only another client's message came")
                         : broken("another client's message did not come either");
}

Finding unsubscribe(CaseContext& context) {
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("a"), {.qos = Qos::at_least_once});
  client.subscribe(context.topic("end"), {.qos = Qos::at_least_once});
  const auto reason = client.try_unsubscribe(context.topic("a"));
  if (!context.is_aborted() && !reason) return broken("UNSUBSCRIBE was not answered");
  client.publish(message(context.topic("a"), "late"));
  client.publish(message(context.topic("end"), "end"));
  (void)wait_for_message(context, client, "end");
  context.stay(quiet);
  if (context.is_aborted()) return {};
  return find_message(client, "late") == nullptr ? pass("nothing came any more")
                                                 : broken("messages still come after UNSUBACK");
}

Finding unsubscribe_unknown(CaseContext& context) {
  ScriptedClient& client = context.connected();
  const auto reason = client.try_unsubscribe(context.topic("never"));
  if (context.is_aborted()) return {};
  if (!reason) return broken("UNSUBSCRIBE was not answered");
  const std::string text = reason_text(*reason, PacketType::unsuback);
  context.tell(measured(fact("unsuback-unknown"), text));
  return *reason == ReasonCode::no_subscription_existed ? pass(text)
                                                        : deviates(text + client.said());
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
