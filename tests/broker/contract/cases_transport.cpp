#include "cases.hpp"

// The same words over TLS, WebSocket and both.

namespace mqtt_toolbox::contract {
namespace {

/// Around the size classes of the layers below.
constexpr std::size_t size_classes[] = {1, 125, 126, 20'000, 65'535, 65'536, 1 << 20};
/// Mosquitto 2.0 writes 4 KiB in a tenth of a second to a WebSocket while nothing else happens.
constexpr std::size_t down_classes = 4;

std::string sizes(Stage& stage, Peer& from, Peer& to, bool is_down) {
  const std::string topic = stage.topic(from.plan().client_identifier);
  to.subscribe(topic, 1);
  const std::size_t count = is_down ? down_classes : std::size(size_classes);
  for (std::size_t i = 0; i < count; ++i) from.send({topic, std::string(size_classes[i], 'x'), 1});
  from.settle();
  const auto messages = stage.collect(to, from, topic, 1);
  if (messages.size() != count) return "not all";
  for (std::size_t i = 0; i < count; ++i)
    if (messages[i].payload != std::string(size_classes[i], 'x')) return "changed";
  return "all intact";
}

std::string many_small(Stage& stage, Peer& from, Peer& to, bool) {
  constexpr int count = 1'000;
  const std::string topic = stage.topic(from.plan().client_identifier);
  to.subscribe(topic, 1);
  for (int i = 0; i < count; ++i) from.send({topic, std::to_string(i), 1});
  from.settle();
  return stage.collect(to, from, topic, 1).size() == count ? "all" : "not all";
}

/// To the broker, then from it. The other end does not use the door: Paho C mixes up what arrives
/// on several WebSocket connections of one process.
template <auto Exchange>
std::string both_ways(Stage& stage) {
  Peer& helper = stage.connect(stage.helper_plan());
  Peer& peer = stage.connect();
  const std::string there = Exchange(stage, peer, helper, false);
  return there + "; " + Exchange(stage, helper, peer, true);
}

std::string unknown_authority(Stage& stage) {
  client::ConnectPlan plan = stage.plan();
  plan.transport.tls->ca_file.clear();
  return stage.bring(plan).try_connect();
}

template <const char* const* Door>
bool has_door(const BrokerFacts& facts) {
  return facts.doors.contains(*Door);
}

constexpr const char* tls = "tls";
constexpr const char* ws = "ws";
constexpr const char* wss = "wss";

}  // namespace

void add_transport_cases(std::vector<Case>& cases) {
  const auto add = [&](const char* feature, std::string_view door,
                       bool (*offered)(const BrokerFacts&)) {
    const std::string name = feature;
    const bool alone = door != tls;  // Paho C mixes them up
    cases.push_back({name + ": sizes", feature, "4.2", in_common, "all intact; all intact",
                     both_ways<sizes>, "", door, alone, offered});
    cases.push_back({name + ": many", feature, "4.2", in_common, "all; all", both_ways<many_small>,
                     "", door, alone, offered});
  };
  add("TLS", tls, has_door<&tls>);
  cases.push_back({"TLS: unknown authority", "TLS", "5.4.3", in_3_1_1, "TLS", unknown_authority, "",
                   tls, false, has_door<&tls>});
  add("WebSocket", ws, has_door<&ws>);
  add("secure WebSocket", wss, has_door<&wss>);
}

}  // namespace mqtt_toolbox::contract
