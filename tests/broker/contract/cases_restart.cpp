#include <map>

#include <fmt/format.h>

#include "cases.hpp"

// The broker goes away and comes back.

namespace mqtt_toolbox::contract {
namespace {

constexpr int count = 400;

client::ConnectPlan coming_back(client::ConnectPlan plan) {
  plan.session.resume = true;
  plan.reconnect.attempts = session::BackoffSettings::unlimited;
  plan.reconnect.initial = std::chrono::milliseconds(100);
  plan.reconnect.maximum = std::chrono::milliseconds(500);
  return plan;
}

/// One after the other at QoS 1 and, where there is one, at QoS 2.
class Streams {
 public:
  explicit Streams(Stage& stage) : stage_(stage), highest_qos_(stage.has_qos_2() ? 2 : 1) {}

  std::string topic(int qos) const { return stage_.topic(fmt::format("at-{}", qos)); }

  /// Of streams, and so of subscriptions.
  int number() const { return highest_qos_; }

  void subscribe(Peer& subscriber) {
    for (int qos = 1; qos <= highest_qos_; ++qos) subscriber.subscribe(topic(qos), qos);
  }

  void send(Peer& publisher, int from, int to) {
    for (int i = from; i < to; ++i)
      for (int qos = 1; qos <= highest_qos_; ++qos)
        publisher.send({topic(qos), std::to_string(i), qos});
  }

  bool are_complete(const Peer& subscriber) const {
    for (int qos = 1; qos <= highest_qos_; ++qos)
      if (times(subscriber, qos).size() < count) return false;
    return true;
  }

  std::string account(const Peer& subscriber) const {
    std::string text;
    for (int qos = 1; qos <= highest_qos_; ++qos)
      text += fmt::format("QoS {}: {}; ", qos, account(times(subscriber, qos)));
    return text;
  }

 private:
  using Times = std::map<std::string, int>;

  /// How often each message has come.
  Times times(const Peer& subscriber, int qos) const {
    Times result;
    for (const Received& message : subscriber.received())
      if (message.topic == topic(qos)) ++result[message.payload];
    return result;
  }

  static std::string account(const Times& times) {
    bool is_doubled = false;
    for (const auto& [payload, often] : times) is_doubled |= often > 1;
    return std::string(times.size() == count ? "nothing lost" : "some lost") +
           (is_doubled ? ", some doubled" : "");
  }

  Stage& stage_;
  int highest_qos_;
};

/// What was lost and doubled, where the broker kept the session. Else the client has to have
/// subscribed again by itself.
std::string account(const Streams& streams, Peer& subscriber) {
  if (!subscriber.session_present()) {
    subscriber.wait_until([&] { return subscriber.subscribed() >= 2 * streams.number(); },
                          std::chrono::seconds(5));
    return "session lost; ";
  }
  subscriber.wait_until([&] { return streams.are_complete(subscriber); }, std::chrono::seconds(10));
  subscriber.stay(std::chrono::milliseconds(200));
  return streams.account(subscriber);
}

std::string in_mid_stream(Stage& stage) {
  Peer& subscriber = stage.connect(coming_back(stage.kept_plan(stage.new_identifier())));
  Peer& publisher = stage.connect(coming_back(stage.kept_plan(stage.new_identifier())));
  Streams streams(stage);
  streams.subscribe(subscriber);
  streams.send(publisher, 0, count / 2);
  stage.restart_broker();
  streams.send(publisher, count / 2, count);
  publisher.settle();
  const auto is_back = [&] { return subscriber.connections() > 1 && subscriber.online(); };
  if (!subscriber.wait_until(is_back, std::chrono::seconds(10))) return "subscriber not back";
  const std::string sum = account(streams, subscriber);
  publisher.publish({streams.topic(1), "the end", 1});
  subscriber.received_until("the end");
  return sum + "goes on";
}

bool can_restart(const BrokerFacts& facts) {
  return !facts.restart.empty();
}

}  // namespace

void add_restart_cases(std::vector<Case>& cases) {
  cases.push_back({"restart in mid-stream", "broker restart", "4.4", in_common,
                   "QoS 1: nothing lost(, some doubled)?; (QoS 2: nothing lost; )?goes on",
                   in_mid_stream, "", "tcp", true, can_restart});
}

}  // namespace mqtt_toolbox::contract
