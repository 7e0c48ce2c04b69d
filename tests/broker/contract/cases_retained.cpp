#include "cases.hpp"

namespace mqtt_toolbox::contract {
namespace {

using protocol::RetainHandling;

Message kept(Stage& stage, const std::string& payload) {
  return {stage.topic("a/b"), payload, 1, true};
}

/// What a new subscription to `filter` gets. Retained messages may come after live ones, so no
/// message says that there is none.
std::string got_by_new(Stage& stage, Peer& publisher, const std::string& filter,
                       Duration patience = std::chrono::seconds(2)) {
  Peer& subscriber = stage.connect();
  subscriber.subscribe(stage.topic("last"), 1);
  subscriber.subscribe(stage.topic(filter), 1);
  subscriber.wait_until([&] { return !subscriber.received().empty(); }, patience);
  return stage.seen(subscriber, publisher, stage.topic("last"), 1);
}

std::string got(Stage& stage, const std::string& filter) {
  Peer& publisher = stage.connect();
  publisher.publish(kept(stage, "kept"));
  return got_by_new(stage, publisher, filter);
}

std::string replaced(Stage& stage) {
  Peer& publisher = stage.connect();
  publisher.publish(kept(stage, "old"));
  publisher.publish(kept(stage, "new"));
  return got_by_new(stage, publisher, "a/b");
}

std::string cleared(Stage& stage) {
  Peer& publisher = stage.connect();
  publisher.publish(kept(stage, "kept"));
  publisher.publish(kept(stage, ""));
  return got_by_new(stage, publisher, "a/b", std::chrono::milliseconds(500));
}

/// To a subscription that is there already.
std::string live(Stage& stage, bool as_published) {
  Peer& publisher = stage.connect();
  Peer& subscriber = stage.connect();
  subscriber.subscribe({{stage.topic("a/b"), 1, false, as_published}});
  publisher.publish(kept(stage, "kept"));
  return stage.seen(subscriber, publisher, stage.topic("a/b"), 1);
}

/// What the first, then the second of two equal subscriptions gets.
std::string handling(Stage& stage, RetainHandling handling) {
  Peer& publisher = stage.connect();
  publisher.publish(kept(stage, "kept"));
  Peer& subscriber = stage.connect();
  const Filter filter{stage.topic("a/b"), 1, false, false, handling};
  subscriber.subscribe(stage.topic("last"), 1);
  subscriber.subscribe({filter});
  const std::size_t first = stage.collect(subscriber, publisher, stage.topic("last"), 1).size();
  subscriber.subscribe({filter});
  publisher.publish({stage.topic("last"), "the very end", 1});
  const std::size_t both = subscriber.received_until("the very end").size() - 1;
  return std::to_string(first) + ", then " + std::to_string(both - first);
}

}  // namespace

void add_retained_cases(std::vector<Case>& cases) {
  const std::string_view feature = "retained";
  const auto add_filter = [&](const char* name, const char* filter) {
    cases.push_back({name, feature, "3.3.1.3", in_all, "kept at QoS 1, retained",
                     [filter](Stage& stage) { return got(stage, filter); }});
  };
  add_filter("retained, exact filter", "a/b");
  add_filter("retained, filter with +", "+/b");
  add_filter("retained, filter with #", "a/#");
  cases.push_back(
      {"retained replaced", feature, "3.3.1.3", in_common, "new at QoS 1, retained", replaced});
  cases.push_back({"retained cleared", feature, "3.3.1.3", in_common, "nothing", cleared});
  cases.push_back({"retained, live copy", feature, "3.3.1.3", in_common, "kept at QoS 1",
                   [](Stage& stage) { return live(stage, false); }});
  cases.push_back({"retain as published", feature, "3.8.3.1", in_5_0, "kept at QoS 1, retained",
                   [](Stage& stage) { return live(stage, true); }});
  const auto add_handling = [&](const char* name, RetainHandling value, const char* expected) {
    cases.push_back({name, feature, "3.8.3.1", in_5_0, expected,
                     [value](Stage& stage) { return handling(stage, value); }});
  };
  add_handling("retain handling always", RetainHandling::always, "1, then 1");
  add_handling("retain handling if new", RetainHandling::if_new, "1, then 0");
  add_handling("retain handling never", RetainHandling::never, "0, then 0");
}

}  // namespace mqtt_toolbox::contract
