#include "will/observers.hpp"

#include <doctest/doctest.h>

#include "unit/check/broker_thread.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using namespace mqtt_toolbox::will;

namespace {

Finding play_nothing(CaseContext&) {
  return pass("nothing");
}
constexpr Case any_case{"any", "1", "nothing is promised", play_nothing};

/// A context at that broker, and observers who subscribe to the given filters.
struct ObservedBroker {
  explicit ObservedBroker(const std::vector<std::string>& filters) {
    run.plan.version = protocol::Version::v5;
    run.plan.transport.host = "127.0.0.1";
    run.plan.transport.port = broker.port();
    run.topic_prefix = "prefix/run";
    context =
        std::make_unique<CaseContext>(run, Task{&any_case, only_variant}, std::chrono::seconds(20));
    std::vector<std::unique_ptr<Observer>> started;
    for (const std::string& filter : filters) {
      started.push_back(
          std::make_unique<Observer>(context->plan(), std::vector<std::string>{filter}));
      REQUIRE(started.back()->start());
    }
    observers = std::make_unique<Observers>(std::move(started));
  }

  BrokerThread broker;
  RunContext run;
  std::unique_ptr<CaseContext> context;
  std::unique_ptr<Observers> observers;
};

void say(CaseContext& context, const std::string& topic, const std::string& text) {
  ScriptedClient& speaker = context.connected();
  CHECK(speaker.publish({topic, text, protocol::Qos::at_least_once}));
  speaker.disconnect();
}

}  // namespace

TEST_CASE("started that see the same give one testimony, without the last words") {
  ObservedBroker observed({"prefix/#", "prefix/run/#"});
  Observation observation(*observed.context, *observed.observers);
  const std::string topic = observed.context->topic("t");
  say(*observed.context, topic, "one");
  CHECK(observation.wait_for(topic, 1, std::chrono::seconds(5)));
  CHECK(observation.close(topic));
  const auto seen = observation.testimony(topic);
  REQUIRE(seen.size() == 1);
  CHECK(seen.front().payload == "one");
  CHECK_FALSE(observed.context->is_aborted());
}

TEST_CASE("started that do not see the same prove nothing") {
  ObservedBroker observed({"prefix/#", "elsewhere"});
  Observation observation(*observed.context, *observed.observers);
  const std::string topic = observed.context->topic("t");
  say(*observed.context, topic, "one");
  CHECK_FALSE(observation.wait_for(topic, 1, std::chrono::milliseconds(100)));
  (void)observation.testimony(topic);
  const Finding finding = observed.context->verdict(pass(""));
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed.find("disagree") != std::string::npos);
}

TEST_CASE(
    "a topic that the user has named gets no last words, and what it retains does not count") {
  ObservedBroker observed({"home/#"});
  Observation observation(*observed.context, *observed.observers);
  say(*observed.context, "home/a", "live");
  CHECK(observation.wait_for("home/a", 1, std::chrono::seconds(5)));
  CHECK(observation.close("home/a"));
  CHECK(observation.testimony("home/a").size() == 1);
}

TEST_CASE("a jury says what it may see") {
  ObservedBroker observed({"prefix/#"});
  CHECK(observed.observers->granted_qos() == protocol::Qos::exactly_once);
  CHECK(observed.observers->may_see("prefix/#"));
}

TEST_CASE("a witness that the broker does not let subscribe cannot start") {
  BrokerThread broker;
  client::ConnectPlan plan;
  plan.version = protocol::Version::v5;
  plan.transport.host = "127.0.0.1";
  plan.transport.port = broker.port();
  Observer observer(plan, {"forbidden/secret/a"});
  const Status started = observer.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ExitCode::rejected);
}
