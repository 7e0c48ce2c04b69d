#include "cases.hpp"

// The same words over TLS, WebSocket and both.

namespace mqtt_toolbox::contract {
namespace {

/// A message of each size class of the layers below: a frame, several records, a mebibyte.
std::string exchange(Stage& stage) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, 1);
  std::size_t intact = 0;
  const std::size_t sizes[] = {1, 125, 126, 20'000, 65'536, 1 << 20};
  for (const std::size_t size : sizes) publisher.send({topic, std::string(size, 'x'), 1});
  publisher.settle();
  for (const Received& message : stage.collect(subscriber, publisher, topic, 1)) {
    if (intact == std::size(sizes)) return "too many";
    if (message.payload != std::string(sizes[intact++], 'x')) return "changed";
  }
  return intact == std::size(sizes) ? "all intact" : "not all";
}

std::string many_small(Stage& stage) {
  constexpr int count = 1'000;
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, 1);
  for (int i = 0; i < count; ++i) publisher.send({topic, std::to_string(i), 1});
  publisher.settle();
  return stage.collect(subscriber, publisher, topic, 1).size() == count ? "all" : "not all";
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
    cases.push_back({name + ": sizes", feature, "4.2", in_common, "all intact", exchange, "", door,
                     false, offered});
    cases.push_back(
        {name + ": many", feature, "4.2", in_common, "all", many_small, "", door, false, offered});
  };
  add("TLS", tls, has_door<&tls>);
  cases.push_back({"TLS: unknown authority", "TLS", "5.4.3", in_3_1_1, "TLS", unknown_authority, "",
                   tls, false, has_door<&tls>});
  add("WebSocket", ws, has_door<&ws>);
  add("secure WebSocket", wss, has_door<&wss>);
}

}  // namespace mqtt_toolbox::contract
