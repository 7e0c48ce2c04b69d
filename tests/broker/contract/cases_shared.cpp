#include <map>

#include "cases.hpp"

namespace mqtt_toolbox::contract {
namespace {

constexpr int count = 20;

/// How often each message came, over all members.
void add_to(std::map<std::string, int>& times, const Peer& member) {
  for (const Received& message : member.received()) ++times[message.payload];
}

std::string each_once(const std::map<std::string, int>& times) {
  for (const auto& [payload, often] : times)
    if (often != 1) return "some twice";
  return times.size() == count ? "each once" : times.empty() ? "none" : "not all";
}

/// A filter of a group under a name of its own: some brokers know groups by their names only.
std::string shared(const std::string& group, const std::string& topic) {
  return "$share/" + group + "/" + topic;
}

/// A group of two, a group of one, and a subscriber without group: each gets every message once.
std::string groups(Stage& stage) {
  const std::string topic = stage.topic("a");
  Peer* members[] = {&stage.connect(), &stage.connect(), &stage.connect(), &stage.connect()};
  const std::string pair_name = stage.new_identifier();
  members[0]->subscribe(shared(pair_name, topic), 1);
  members[1]->subscribe(shared(pair_name, topic), 1);
  members[2]->subscribe(shared(stage.new_identifier(), topic), 1);
  members[3]->subscribe(topic, 1);
  Peer& publisher = stage.connect();
  for (int i = 0; i < count; ++i) publisher.send({topic, std::to_string(i), 1});
  publisher.settle();
  const auto have = [&](std::size_t all) {
    return members[0]->received().size() + members[1]->received().size() >= all &&
           members[2]->received().size() >= all && members[3]->received().size() >= all;
  };
  members[0]->wait_until([&] { return have(count); }, std::chrono::seconds(3));
  members[0]->stay(std::chrono::milliseconds(60));
  std::map<std::string, int> pair, single, plain;
  add_to(pair, *members[0]);
  add_to(pair, *members[1]);
  add_to(single, *members[2]);
  add_to(plain, *members[3]);
  return "pair: " + each_once(pair) + "; single: " + each_once(single) +
         "; without group: " + each_once(plain);
}

/// The messages of a member that has gone reach the other.
std::string member_leaves(Stage& stage) {
  const std::string topic = stage.topic("a");
  Peer& leaver = stage.connect();
  Peer& stayer = stage.connect();
  const std::string group = stage.new_identifier();
  leaver.subscribe(shared(group, topic), 1);
  stayer.subscribe(shared(group, topic), 1);
  leaver.disconnect();
  Peer& publisher = stage.connect();
  for (int i = 0; i < count; ++i) publisher.publish({topic, std::to_string(i), 1});
  stayer.wait_until([&] { return stayer.received().size() == count; }, std::chrono::seconds(3));
  std::map<std::string, int> times;
  add_to(times, stayer);
  return each_once(times);
}

}  // namespace

void add_shared_cases(std::vector<Case>& cases) {
  const std::string_view feature = "shared subscriptions";
  const std::string name = "shared subscriptions";
  cases.push_back({name, feature, "4.8.2", in_common,
                   "pair: each once; single: each once; without group: each once", groups});
  cases.push_back(
      {"member of a group leaves", feature, "4.8.2", in_common, "each once", member_leaves, name});
}

}  // namespace mqtt_toolbox::contract
