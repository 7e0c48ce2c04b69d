#include <algorithm>

#include <fmt/format.h>

#include "cases.hpp"

// Quality of service, order, sizes.

namespace mqtt_toolbox::contract {
namespace {

constexpr std::string_view features[] = {"QoS 0", "QoS 1", "QoS 2"};

std::string needs_of(int qos) {
  return qos == 2 ? publish_at_qos_2 : "";
}

std::string publish(Stage& stage, int qos) {
  return stage.connect().try_publish({stage.topic("a"), "one", qos});
}

std::string granted(Stage& stage) {
  return stage.connect().subscribe(
      {{stage.topic("a"), 0}, {stage.topic("b"), 1}, {stage.topic("c"), 2}});
}

std::string pass_on(Stage& stage, int publish_qos, int subscribe_qos) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, subscribe_qos);
  publisher.publish({topic, "one", publish_qos});
  return stage.seen(subscriber, publisher, topic, publish_qos);
}

std::string in_order(Stage& stage, int qos) {
  constexpr int count = 300;
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, qos);
  for (int i = 0; i < count; ++i) publisher.send({topic, std::to_string(i), qos});
  publisher.settle();
  const auto messages = stage.collect(subscriber, publisher, topic, qos);
  for (int i = 0; i < count && i < static_cast<int>(messages.size()); ++i) {
    if (messages[static_cast<std::size_t>(i)].payload != std::to_string(i))
      return fmt::format("out of order");
  }
  return messages.size() == count ? "all, in order" : "not all";
}

/// No two parts alike, and every byte value in it.
std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1'664'525u + 1'013'904'223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::string payload(Stage& stage, std::size_t size, int qos,
                    Duration patience = std::chrono::seconds(5)) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  subscriber.be_patient(patience);
  publisher.be_patient(patience);
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, qos);
  const std::string bytes = pattern(size);
  publisher.publish({topic, bytes, qos});
  const auto messages = stage.collect(subscriber, publisher, topic, qos);
  if (messages.size() != 1) return describe(messages);
  return messages.front().payload == bytes ? "intact" : "changed";
}

std::string unsubscribe(Stage& stage) {
  Peer& subscriber = stage.connect();
  Peer& publisher = stage.connect();
  const std::string other = stage.topic("other");
  subscriber.subscribe(stage.topic("a"), 1);
  subscriber.subscribe(other, 1);
  subscriber.unsubscribe(stage.topic("a"));
  publisher.publish({stage.topic("a"), "one", 1});
  return stage.seen(subscriber, publisher, other, 1);
}

std::string large_payload(Stage& stage, std::size_t size) {
  try {
    return payload(stage, size, 1, std::chrono::seconds(30));
  } catch (const Stopped& stopped) {
    return stopped.observed;
  }
}

/// The largest of some sizes that goes through.
std::string largest(Stage& stage) {
  if (!stage.is_long()) return "not tried";
  std::string reached = "none";
  for (const std::size_t mebibytes : {16, 64, 100, 200, 255}) {
    if (large_payload(stage, mebibytes << 20) != "intact") break;
    reached = fmt::format("{} MiB", mebibytes);
  }
  return reached;
}

void add_matrix(std::vector<Case>& cases) {
  for (int from = 0; from <= 2; ++from) {
    for (int to = 0; to <= 2; ++to) {
      cases.push_back({fmt::format("QoS {} to QoS {}", from, to), features[std::max(from, to)],
                       "4.3", in_all, fmt::format("one at QoS {}", std::min(from, to)),
                       [from, to](Stage& stage) { return pass_on(stage, from, to); },
                       needs_of(std::max(from, to))});
    }
  }
}

}  // namespace

void add_delivery_cases(std::vector<Case>& cases) {
  cases.push_back({publish_at_qos_2, features[2], "4.3.3", in_all, "accepted",
                   [](Stage& stage) { return publish(stage, 2); }});
  cases.push_back(
      {"granted QoS", features[2], "3.9.3", in_common, "0 1 2", granted, publish_at_qos_2});
  add_matrix(cases);
  for (int qos = 0; qos <= 2; ++qos) {
    cases.push_back({fmt::format("order at QoS {}", qos), features[qos], "4.6", in_common,
                     "all, in order", [qos](Stage& stage) { return in_order(stage, qos); },
                     needs_of(qos)});
  }
  cases.push_back({"unsubscribe", features[0], "3.10.4", in_common, "nothing", unsubscribe});
  cases.push_back({"empty payload", "payloads", "3.3.3", in_common, "intact",
                   [](Stage& stage) { return payload(stage, 0, 1); }});
  for (int qos = 0; qos <= 2; ++qos) {
    cases.push_back({fmt::format("1 MiB at QoS {}", qos), "payloads", "3.3.3", in_common, "intact",
                     [qos](Stage& stage) { return payload(stage, 1 << 20, qos); }, needs_of(qos)});
  }
  cases.push_back({"largest payload", "payloads", "2.1.4", in_3_1_1, "(not tried|255 MiB)", largest,
                   "", "tcp", true});
}

}  // namespace mqtt_toolbox::contract
