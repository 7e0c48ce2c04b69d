#include "cases.hpp"

// Topic names and filters.

namespace mqtt_toolbox::contract {
namespace {

/// Whether what is published to a topic reaches a subscriber under the same name.
std::string under_its_name(Stage& stage, const std::string& name) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  subscriber.subscribe(stage.topic("#"), 1);
  publisher.publish({stage.topic(name), "one", 1});
  const auto messages = stage.collect(subscriber, publisher, stage.topic("last"), 1);
  if (messages.size() != 1) return describe(messages);
  return messages.front().topic == stage.topic(name) ? "the same topic" : "another topic";
}

std::string matched(Stage& stage, const std::string& filter, const std::string& topic) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  subscriber.subscribe(stage.topic(filter), 1);
  subscriber.subscribe(stage.topic("last"), 1);
  publisher.publish({stage.topic(topic), "one", 1});
  return stage.seen(subscriber, publisher, stage.topic("last"), 1);
}

/// Two filters that match: one copy with the highest QoS, or one for each.
std::string overlapping(Stage& stage) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  subscriber.subscribe(stage.topic("a/#"), 0);
  subscriber.subscribe(stage.topic("a/+"), 1);
  publisher.publish({stage.topic("a/b"), "one", 1});
  return stage.seen(subscriber, publisher, stage.topic("a/b"), 1);
}

/// The broker's own topics come at once or every few seconds.
std::string own_topics(Stage& stage) {
  Peer& subscriber = stage.connect();
  subscriber.subscribe("#", 0);
  const auto has_own = [&] {
    for (const Received& message : subscriber.received())
      if (message.topic.starts_with('$')) return true;
    return false;
  };
  if (subscriber.wait_until(has_own, std::chrono::milliseconds(2'500))) return "$ topics";
  return subscriber.ended().value_or("none");
}

}  // namespace

void add_topic_cases(std::vector<Case>& cases) {
  const std::string_view feature = "topics";
  const auto add_name = [&](const char* name, const char* topic) {
    cases.push_back({name, feature, "4.7.3", in_common, "the same topic",
                     [topic](Stage& stage) { return under_its_name(stage, topic); }});
  };
  const auto add_match = [&](const char* filter, const char* topic, const char* expected) {
    cases.push_back({std::string(filter) + (expected[0] == 'n' ? " not for " : " for ") + topic,
                     feature, "4.7.1", in_common, expected,
                     [=](Stage& stage) { return matched(stage, filter, topic); }});
  };
  add_name("topic not in ASCII", "\u00e4/\u4e16\u754c/\U0001f600");
  add_name("dot and star in a topic", "a.b/c*d");
  cases.back().alone = true;  // a broker that changes it cuts off who subscribed to everything
  add_name("spaces in a topic", "a b/ c");
  add_match("a/#", "a", "one at QoS 1");
  add_match("a/#", "a/b/c", "one at QoS 1");
  add_match("a/+/c", "a/b/c", "one at QoS 1");
  add_match("a/+/c", "a//c", "one at QoS 1");
  add_match("a/+", "a/b/c", "nothing");
  add_match("a/+", "a", "nothing");
  add_match("a", "A", "nothing");
  cases.push_back({"overlapping filters", feature, "3.3.4", in_common,
                   "one at QoS 1|one at QoS 0; one at QoS 1|one at QoS 1; one at QoS 0",
                   overlapping});
  cases.push_back({"$SYS not under #", feature, "4.7.2", in_common, "none", own_topics});
}

}  // namespace mqtt_toolbox::contract
