#include <map>

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

bool has_all(const Peer& peer) {
  std::map<std::string, int> times;
  for (const Received& message : peer.received()) ++times[message.payload];
  return times.size() >= count;
}

/// Lost and doubled, where the broker kept the session; else only whether it goes on.
std::string account(Peer& subscriber) {
  if (!subscriber.session_present()) {
    subscriber.wait_until([&] { return subscriber.subscribed() > 1; }, std::chrono::seconds(5));
    return "session lost";
  }
  subscriber.wait_until([&] { return has_all(subscriber); }, std::chrono::seconds(10));
  subscriber.stay(std::chrono::milliseconds(200));
  const bool is_complete = has_all(subscriber);
  const bool is_doubled = subscriber.received().size() > count;
  return std::string(is_complete ? "nothing lost" : "some lost") +
         (is_doubled ? ", some doubled" : "");
}

/// The stream still works, with the subscriptions that were made before.
std::string goes_on(Stage& stage, Peer& subscriber, Peer& publisher, int qos) {
  publisher.publish({stage.topic("a"), "the end", qos});
  subscriber.received_until("the end");
  return "goes on";
}

std::string in_mid_stream(Stage& stage, int qos) {
  Peer& subscriber = stage.connect(coming_back(stage.kept_plan(stage.new_identifier())));
  Peer& publisher = stage.connect(coming_back(stage.kept_plan(stage.new_identifier())));
  const std::string topic = stage.topic("a");
  subscriber.subscribe(topic, qos);
  for (int i = 0; i < count / 2; ++i) publisher.send({topic, std::to_string(i), qos});
  stage.restart_broker();
  for (int i = count / 2; i < count; ++i) publisher.send({topic, std::to_string(i), qos});
  publisher.settle();
  const auto is_back = [&] { return subscriber.connections() > 1 && subscriber.online(); };
  if (!subscriber.wait_until(is_back, std::chrono::seconds(10))) return "subscriber not back";
  const std::string sum = account(subscriber);
  return sum + "; " + goes_on(stage, subscriber, publisher, qos);
}

bool can_restart(const BrokerFacts& facts) {
  return !facts.restart.empty();
}

}  // namespace

void add_restart_cases(std::vector<Case>& cases) {
  const auto add = [&](int qos, const char* expected, const char* needs) {
    cases.push_back({"restart in mid-stream, QoS " + std::to_string(qos), "broker restart", "4.4",
                     in_common, expected, [qos](Stage& stage) { return in_mid_stream(stage, qos); },
                     needs, "tcp", true, can_restart});
  };
  add(1, "nothing lost(, some doubled)?; goes on", "");
  add(2, "nothing lost; goes on", "publish at QoS 2");
}

}  // namespace mqtt_toolbox::contract
