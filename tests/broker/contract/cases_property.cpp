#include <algorithm>

#include "cases.hpp"

// What 5.0 brought: properties end to end, and what a client may ask for.

namespace mqtt_toolbox::contract {
namespace {

using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;

std::string one_message(Stage& stage, const PropertyList& properties) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, 1);
  publisher.publish({topic, "one", 1, false, properties});
  const auto messages = stage.collect(subscriber, publisher, topic, 1);
  return messages.size() == 1 ? describe(messages.front().view()) : describe(messages);
}

/// The order between different properties means nothing, so each is sent alone.
std::string passed_on(Stage& stage, PropertyId id, protocol::Bytes text) {
  PropertyList properties(PropertyPlace::publish);
  (void)properties.add(id, text);
  return one_message(stage, properties);
}

std::string user_properties(Stage& stage) {
  PropertyList properties(PropertyPlace::publish);
  (void)properties.add_user_property("b", "1");
  (void)properties.add_user_property("a", "2");
  (void)properties.add_user_property("b", "3");
  return one_message(stage, properties);
}

std::string payload_format(Stage& stage) {
  PropertyList properties(PropertyPlace::publish);
  (void)properties.add(PropertyId::payload_format_indicator, 1);
  return one_message(stage, properties);
}

/// What is left of an expiry interval after a second and a half in the queue.
std::string waits(Stage& stage, std::uint32_t expiry_seconds) {
  const client::ConnectPlan plan = stage.kept_plan(stage.new_identifier());
  const std::string topic = stage.topic("a");
  Peer& before = stage.connect(plan);
  before.subscribe(topic, 1);
  before.disconnect();
  Peer& publisher = stage.connect();
  Message message{topic, "one", 1};
  (void)message.properties.add(PropertyId::message_expiry_interval, expiry_seconds);
  publisher.publish(message);
  publisher.stay(std::chrono::milliseconds(2'300));
  Peer& after = stage.connect(plan);
  const auto messages = stage.collect(after, publisher, topic, 1);
  if (messages.size() != 1) return describe(messages);
  const auto left = messages.front().view().number(PropertyId::message_expiry_interval);
  if (!left) return "without expiry";
  return *left < expiry_seconds ? "counted down" : "not counted down";
}

/// The identifiers with which each copy came.
std::string subscription_identifiers(Stage& stage) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const auto subscribe = [&](const char* filter, std::uint32_t identifier) {
    PropertyList properties(PropertyPlace::subscribe);
    (void)properties.add(PropertyId::subscription_identifier, identifier);
    subscriber.subscribe({{stage.topic(filter), 1}}, properties.view());
  };
  subscribe("a/+", 7);
  subscribe("a/b", 300'000);
  publisher.publish({stage.topic("a/b"), "one", 1});
  std::vector<std::uint32_t> identifiers;
  for (const Received& message : stage.collect(subscriber, publisher, stage.topic("a/b"), 1))
    for (const auto& property : message.view())
      if (property.id == PropertyId::subscription_identifier)
        identifiers.push_back(property.number);
  std::ranges::sort(identifiers);
  std::string text;
  for (const std::uint32_t identifier : identifiers) text += std::to_string(identifier) + " ";
  return text;
}

std::string no_local(Stage& stage) {
  Peer& peer = stage.connect();
  Peer& other = stage.connect();
  const std::string topic = stage.topic("a");
  peer.subscribe({{topic, 1, true}});
  peer.publish({topic, "own", 1});
  other.publish({topic, "other", 1});
  return stage.seen(peer, other, topic, 1);
}

std::string under_their_topics(Stage& stage, Peer& publisher, Peer& subscriber) {
  subscriber.subscribe(stage.topic("+"), 1);
  for (const char* name : {"a", "b", "a", "b", "a"}) publisher.send({stage.topic(name), name, 1});
  publisher.settle();
  const auto messages = stage.collect(subscriber, publisher, stage.topic("last"), 1);
  const bool all = std::ranges::all_of(
      messages, [&](const Received& it) { return it.topic == stage.topic(it.payload); });
  return messages.size() == 5 && all ? "all under their topics" : "wrong";
}

std::string alias_to_server(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.session.use_topic_aliases = true;
  Peer& publisher = stage.connect(plan);
  if (publisher.connected().limits.topic_alias_maximum == 0) return "not offered";
  return under_their_topics(stage, publisher, stage.connect());
}

std::string alias_to_client(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  (void)plan.session.connect_properties.add(PropertyId::topic_alias_maximum, 10);
  return under_their_topics(stage, stage.connect(), stage.connect(plan));
}

std::string receive_maximum(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.session.acknowledge_at_once = false;
  (void)plan.session.connect_properties.add(PropertyId::receive_maximum, 2);
  Peer& subscriber = stage.connect(plan);
  Peer& publisher = stage.connect();
  subscriber.subscribe(stage.topic("a"), 1);
  for (int i = 0; i < 5; ++i) publisher.publish({stage.topic("a"), "one", 1});
  const auto has = [&](std::size_t number, Duration patience) {
    return subscriber.wait_until([&] { return subscriber.received().size() >= number; }, patience);
  };
  has(2, std::chrono::seconds(3));
  // All that comes without an acknowledgement by hand has come when a round trip brings no more: an
  // engine may acknowledge by itself.
  for (std::size_t before = 0; before != subscriber.received().size();) {
    before = subscriber.received().size();
    subscriber.stay(std::chrono::milliseconds(150));
    subscriber.subscribe(stage.topic("round trip"), 0);
  }
  std::string text = std::to_string(subscriber.received().size());
  for (std::size_t done = 0; done < subscriber.received().size() && done < 5;) {
    const std::size_t waiting = subscriber.received().size() - done;
    subscriber.acknowledge(waiting);
    done += waiting;
    if (done < 5) has(done + 1, std::chrono::seconds(20));
  }
  return text + ", then " + std::to_string(subscriber.received().size());
}

std::string maximum_packet_size(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  (void)plan.session.connect_properties.add(PropertyId::maximum_packet_size, 300);
  Peer& subscriber = stage.connect(plan);
  Peer& publisher = stage.connect();
  subscriber.subscribe(stage.topic("a"), 1);
  publisher.publish({stage.topic("a"), std::string(500, 'x'), 1});
  return stage.seen(subscriber, publisher, stage.topic("a"), 1);
}

}  // namespace

void add_property_cases(std::vector<Case>& cases) {
  const std::string_view feature = "properties";
  const auto add = [&](const char* name, const char* section, const char* expected,
                       std::function<std::string(Stage&)> play) {
    cases.push_back({name, feature, section, in_5_0, expected, std::move(play)});
  };
  const auto add_text = [&](const char* name, const char* section, PropertyId id,
                            const char* text) {
    add(name, section, "", [=](Stage& stage) { return passed_on(stage, id, text); });
    cases.back().expected = std::string(name) + "=" + text;
  };
  add_text("content-type", "3.3.2.3.9", PropertyId::content_type, "text/plain");
  add_text("response-topic", "3.3.2.3.5", PropertyId::response_topic, "answers/here");
  add_text("correlation-data", "3.3.2.3.6", PropertyId::correlation_data, "\x01\xff z");
  add("payload-format-indicator", "3.3.2.3.2", "payload-format-indicator=1", payload_format);
  add("user properties in order", "3.3.2.3.7",
      "user-property=b:1 user-property=a:2 user-property=b:3", user_properties);
  add("message expiry counts down", "3.3.2.3.3", "counted down",
      [](Stage& stage) { return waits(stage, 30); });
  add("message expired", "3.3.2.3.3", "nothing", [](Stage& stage) { return waits(stage, 1); });
  add("subscription identifiers", "3.8.2.1.2", "7 300000 ", subscription_identifiers);
  add("no local", "3.8.3.1", "other at QoS 1", no_local);
  add("topic alias to the broker", "3.3.2.3.4", "all under their topics|not offered",
      alias_to_server);
  add("topic alias to the client", "3.3.2.3.4", "all under their topics", alias_to_client);
  add("receive maximum of the client", "3.3.4", "[12], then 5", receive_maximum);
  add("maximum packet size of the client", "3.1.2.11.4", "nothing", maximum_packet_size);
}

}  // namespace mqtt_toolbox::contract
