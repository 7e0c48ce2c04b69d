#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"
#include "protocol/codec.hpp"

// Properties of messages on their way, topic aliases, and limits that the client sets.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::PropertyId;
using protocol::Qos;

namespace {

/// A message with `properties` there and back; null, and the case is aborted, if it did not come.
const Message* forwarded(CaseContext& context, const protocol::PropertyList& properties) {
  ScriptedClient& client = context.connected();
  client.subscribe(context.topic("a"), {.qos = Qos::at_least_once});
  Message sent = message(context.topic("a"), "with properties");
  sent.properties = properties;
  client.publish(sent);
  const Message* came = wait_for_message(context, client, "with properties");
  if (came == nullptr) context.abort("the message did not come");
  return came;
}

Finding forwards_text(CaseContext& context, PropertyId id, std::string_view value) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  (void)properties.add(id, value);
  const Message* came = forwarded(context, properties);
  if (came == nullptr) return {};
  const auto text = came->properties.view().text(id);
  if (!text) return broken("forwarded without it");
  return *text == value ? pass("forwarded as it was")
                        : broken("altered to \"" + std::string(*text) + '"');
}

Finding payload_format(CaseContext& context) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  (void)properties.add(PropertyId::payload_format_indicator, 1);
  const Message* came = forwarded(context, properties);
  if (came == nullptr) return {};
  const auto value = came->properties.view().number(PropertyId::payload_format_indicator);
  return value == 1u ? pass("forwarded as it was") : broken("forwarded without it");
}
Finding content_type(CaseContext& context) {
  return forwards_text(context, PropertyId::content_type, "text/plain; charset=utf-8");
}
Finding response_topic(CaseContext& context) {
  return forwards_text(context, PropertyId::response_topic, "answers/to/me");
}
Finding correlation_data(CaseContext& context) {
  return forwards_text(context, PropertyId::correlation_data, std::string_view("\0\xFF\x80 x", 5));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(protocol::Properties properties) {
  Pairs pairs;
  for (const protocol::Property& property : properties)
    if (property.id == PropertyId::user_property) pairs.emplace_back(property.key, property.text);
  return pairs;
}

Finding user_properties(CaseContext& context) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  for (const auto& [key, value] : std::array<std::pair<const char*, const char*>, 4>{
           {{"b", "1"}, {"a", "2"}, {"b", "3"}, {"ä", "漢"}}})
    (void)properties.add_user_property(key, value);
  const Message* came = forwarded(context, properties);
  if (came == nullptr) return {};
  const Pairs sent = pairs_of(properties.view());
  Pairs got = pairs_of(came->properties.view());
  if (got == sent) return pass("all four, in their order");
  if (got.empty()) return broken("forwarded without them");
  return broken(got.size() == sent.size() ? "forwarded in another order or altered"
                                          : fmt::format("4 were sent, {} came", got.size()));
}

void send_with_alias(RawClient& client, const std::string& topic, std::string_view payload,
                     std::uint16_t alias) {
  protocol::PropertyList properties(protocol::PropertyPlace::publish);
  (void)properties.add(PropertyId::topic_alias, alias);
  client.send(
      protocol::Publish{topic, payload, 0, Qos::at_most_once, false, false, properties.view()});
}

Finding topic_alias(CaseContext& context) {
  const std::uint16_t most = context.run().limits.topic_alias_maximum;
  context.tell(announced(fact("alias-to-broker"), std::uint64_t(most)));
  if (most < 2) return unsupported(most == 0 ? "it allows no alias" : "it allows one alias only");
  ScriptedClient& client = context.connected();
  for (const char* name : {"one", "most"})
    client.subscribe(context.topic(name), {.qos = Qos::at_most_once});
  RawClient raw(context);
  if (!raw.connect()) return {};
  send_with_alias(raw, context.topic("one"), "names one", 1);
  send_with_alias(raw, context.topic("most"), "names the highest", most);
  send_with_alias(raw, "", "by alias one", 1);
  send_with_alias(raw, "", "by the highest alias", most);
  const Message* last = wait_for_message(context, client, "by the highest alias", arrival_timeout);
  const Message* one = wait_for_message(context, client, "by alias one", arrival_timeout);
  if (context.is_aborted()) return {};
  last = find_message(client, "by the highest alias");
  if (one == nullptr || last == nullptr)
    return against_refused(
        client, context.topic("one"),
        broken(raw.client().end() ? "it announces " + std::to_string(most) +
                                        " aliases, but: " + raw.client().end()->text
                                  : "messages by alias did not come"));
  if (one->topic != context.topic("one") || last->topic != context.topic("most"))
    return broken("messages by alias came with another topic");
  return pass(fmt::format("aliases up to {}", most));
}

Finding alias_to_client(CaseContext& context) {
  constexpr std::uint16_t allowed = 5;
  client::ConnectPlan plan = context.plan();
  (void)plan.session.connect_properties.set(PropertyId::topic_alias_maximum, allowed);
  ScriptedClient& client = context.client(plan);
  std::uint32_t highest = 0;
  client.set_hook([&](session::Direction direction, const protocol::Frame& frame) {
    if (direction == session::Direction::received && frame.type() == PacketType::publish)
      if (const auto publish = protocol::decode_publish(frame, protocol::Version::v5))
        highest =
            std::max(highest, publish->properties.number(PropertyId::topic_alias).value_or(0));
    return Fate::pass;
  });
  ScriptedClient& publisher = context.connected();
  if (client.connect()) client.subscribe(context.topic("a"), {.qos = Qos::at_least_once});
  for (int i = 0; i < 5; ++i) publisher.publish(message(context.topic("a"), "again"));
  client.wait_for(5, arrival_timeout);
  client.set_hook({});
  if (highest > allowed)
    return broken(fmt::format("alias {} though {} was the highest allowed", highest, allowed));
  if (context.is_aborted()) return {};
  if (client.received().empty()) return inconclusive("the messages did not come");
  context.tell(measured(fact("alias-to-client"), highest != 0));
  return highest != 0 ? pass("uses aliases that the client allows")
                      : unsupported("uses none for a topic that it sent five times");
}

Finding client_packet_size(CaseContext& context) {
  constexpr std::uint32_t allowed = 300;
  client::ConnectPlan plan = context.plan();
  (void)plan.session.connect_properties.set(PropertyId::maximum_packet_size, allowed);
  ScriptedClient& client = context.client(plan);
  std::size_t largest = 0;
  client.set_hook([&](session::Direction direction, const protocol::Frame& frame) {
    if (direction == session::Direction::received) largest = std::max(largest, frame.size);
    return frame.size > allowed ? Fate::swallow : Fate::pass;
  });
  ScriptedClient& publisher = context.connected();
  if (client.connect()) client.subscribe(context.topic("a"), {.qos = Qos::at_most_once});
  publisher.publish(message(context.topic("a"), std::string(1000, 'x'), Qos::at_most_once));
  publisher.publish(message(context.topic("a"), "small"));
  const Message* small = wait_for_message(context, client, "small");
  client.set_hook({});
  if (largest > allowed)
    return broken(fmt::format("a packet of {} bytes to a client that takes {}", largest, allowed));
  if (context.is_aborted()) return {};
  return small != nullptr ? pass("what is too large was not sent, what follows was")
                          : broken("what is small enough was not sent either");
}

/// A subscriber that takes few messages at once, and counts those that it has not acknowledged.
class Taker {
 public:
  Taker(CaseContext& context, std::uint16_t allowed)
      : context_(context), client_(context.client(plan(context, allowed))) {
    client_.set_hook([this](session::Direction direction, const protocol::Frame& frame) {
      if (direction == session::Direction::received && frame.type() == PacketType::publish)
        most_ = std::max(most_, ++came_ - acknowledged_);
      return Fate::pass;
    });
    if (client_.connect()) client_.subscribe(context.topic("a"), {.qos = Qos::at_least_once});
  }
  ~Taker() { client_.set_hook({}); }
  Taker(const Taker&) = delete;
  Taker& operator=(const Taker&) = delete;

  /// Until nothing more comes without an acknowledgement.
  void hold(std::size_t messages) {
    context_.stay_until([&] { return came_ >= messages || client_.end(); }, quiet);
    context_.stay(quiet / 2);
  }
  /// So many at once, until as many messages have come in all, or no more do.
  void acknowledge_all(std::size_t messages, std::size_t at_once) {
    context_.wait([&] { return came_ > acknowledged_ || client_.end(); }, arrival_timeout);
    while (acknowledged_ < came_ && client_.online()) {
      const std::size_t number = std::min(at_once, came_ - acknowledged_);
      const std::size_t before = came_;
      acknowledged_ += number;
      client_.acknowledge(number);
      context_.wait([&] { return came_ > before || came_ >= messages || client_.end(); },
                    arrival_timeout);
    }
  }
  std::size_t came() const { return came_; }
  /// Unacknowledged at once.
  std::size_t most() const { return most_; }

 private:
  static client::ConnectPlan plan(CaseContext& context, std::uint16_t allowed) {
    client::ConnectPlan plan = context.plan();
    (void)plan.session.connect_properties.set(PropertyId::receive_maximum, allowed);
    plan.session.acknowledge_at_once = false;
    return plan;
  }

  CaseContext& context_;
  ScriptedClient& client_;
  std::size_t came_ = 0;
  std::size_t acknowledged_ = 0;
  std::size_t most_ = 0;
};

Finding flow_control(CaseContext& context) {
  constexpr std::uint16_t allowed = 3;
  constexpr std::size_t a_round = 10;
  Taker taker(context, allowed);
  ScriptedClient& publisher = context.connected();
  std::size_t sent = 0;
  // Brokers that count wrong do so with some patterns of acknowledgements only.
  for (const std::size_t at_once : {1, 3, 2, 1}) {
    for (std::size_t i = 0; i < a_round; ++i)
      publisher.publish(message(context.topic("a"), "held"));
    sent += a_round;
    taker.hold(sent - a_round + allowed);
    taker.acknowledge_all(sent, at_once);
    // All of them would take a slow one too long.
    if (taker.came() < sent || context.has_allowed_late()) break;
  }
  if (context.is_aborted()) return {};
  const bool kept = taker.most() <= allowed;
  if (!kept || taker.came() == sent) context.tell(measured(fact("flow-control"), kept));
  if (!kept)
    return broken(
        fmt::format("{} unacknowledged messages to a client that takes {}", taker.most(), allowed));
  if (taker.came() != sent)
    return broken(fmt::format("{} of {} came: what went beyond the Receive Maximum was lost",
                              taker.came(), sent));
  return pass(fmt::format("at most {} at once, the others after acknowledgements", taker.most()));
}

constexpr std::array cases{
    Case{"payload-format", "3.3.2.3.2", "forwards the Payload Format Indicator", payload_format,
         Versions::v5_only},
    Case{"content-type", "3.3.2.3.9", "forwards the Content Type unaltered", content_type,
         Versions::v5_only},
    Case{"response-topic", "3.3.2.3.5", "forwards the Response Topic unaltered", response_topic,
         Versions::v5_only},
    Case{"correlation-data", "3.3.2.3.6", "forwards the Correlation Data unaltered",
         correlation_data, Versions::v5_only},
    Case{"user-properties", "3.3.2.3.7", "forwards all User Properties in their order",
         user_properties, Versions::v5_only},
    Case{"topic-alias", "3.3.2.3.4", "takes the topic aliases that it announced", topic_alias,
         Versions::v5_only},
    Case{"alias-to-client", "3.3.2.3.4", "uses no alias above what the client allows",
         alias_to_client, Versions::v5_only},
    Case{"client-packet-size", "3.1.2.11.4", "sends nothing above the client's Maximum Packet Size",
         client_packet_size, Versions::v5_only},
    Case{"flow-control", "4.9",
         "sends no more unacknowledged messages than the client's Receive Maximum", flow_control,
         Versions::v5_only},
};

}  // namespace

std::span<const Case> property_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
