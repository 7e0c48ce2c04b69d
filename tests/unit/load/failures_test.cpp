#include "load/failures.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "load/bench.hpp"
#include "support/scripted_broker.hpp"

// What did not come about stands in the book of failures, with its reason.

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;
using protocol::Qos;
using std::chrono::milliseconds;

namespace {

/// One client and the broker that does what a script says, in one loop.
struct Setting {
  explicit Setting(const std::string& script)
      : broker(std::move(*support::ScriptedBroker::start(loop, script))) {
    plan.clients.transport.host = "127.0.0.1";
    plan.clients.transport.port = broker->port();
    plan.clients.reconnect.attempts = 0;
    plan.publishing.payloads = {std::string(64, 'p')};
    plan.duration = Duration(0);
    plan.publishing.messages = 10;
    plan.drain = milliseconds(200);
  }
  static std::string limited(const std::string& limit) {
    return "expect CONNECT; send CONNACK " + limit + "; auto";
  }
  void subscribe(std::vector<std::string> filters) {
    plan.scenario = Scenario::subscribe;
    plan.subscribing.subscribers = 1;
    plan.subscribing.filters = std::move(filters);
    plan.duration = milliseconds(50);
  }
  Measurement measure() {
    auto bench = Bench::prepare(plan);
    REQUIRE(bench);
    auto measured = (*bench)->run(loop, {});
    REQUIRE(measured);
    while (!broker->finished()) loop.run_until(loop.now() + milliseconds(10));
    return *std::move(measured);
  }

  transport::Loop loop;
  Plan plan;
  std::unique_ptr<support::ScriptedBroker> broker;
};

bool is_incomplete(const Measurement& measured) {
  return std::count(measured.warnings.begin(), measured.warnings.end(), Warning::incomplete) != 0;
}

/// Times the one reason that there is, if it holds these words.
std::uint64_t told(const Measurement& measured, std::string_view words) {
  CHECK(measured.failures.size() == 1);
  for (const auto& [reason, count] : measured.failures) {
    CAPTURE(reason);
    CHECK(reason.find(words) != std::string::npos);
    return count;
  }
  return 0;
}

}  // namespace

TEST_CASE("a failure is of one kind, and every kind has a counter of its own") {
  std::set<std::uint64_t*> members;
  Counters counters;
  for (const FailureKind& kind : failure_kinds) members.insert(&(counters.*kind.count));
  CHECK(members.size() == failure_kinds.size());
}

TEST_CASE("what a limit of the broker lets never through is a failure") {
  SUBCASE("the QoS") {
    Setting setting(Setting::limited("maximum-qos=1"));
    setting.plan.publishing.qos = Qos::exactly_once;
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.refused_here == 1);
    CHECK(measured.whole_run.sent == 0);
    CHECK(told(measured, "at most QoS 1") == 1);
    CHECK(is_incomplete(measured));
  }
  SUBCASE("to retain, in an open loop") {
    Setting setting(Setting::limited("retain-available=0"));
    setting.plan.publishing.retain = true;
    setting.plan.publishing.rate = 1000;
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.refused_here == 1);
    CHECK(told(measured, "no retained messages") == 1);
    CHECK(is_incomplete(measured));
  }
  SUBCASE("the size of all, in a closed loop without end") {
    Setting setting(Setting::limited("maximum-packet-size=50"));
    setting.plan.publishing.payloads.emplace_back(100, 'q');
    setting.plan.publishing.messages = 0;
    setting.plan.duration = std::chrono::seconds(60);
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.refused_here == 2);
    CHECK(measured.whole_run.sent == 0);
    CHECK(is_incomplete(measured));
  }
}

TEST_CASE("no packet is larger than the broker takes, at any QoS and in any loop") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    for (const double rate : {0.0, 10'000.0}) {
      CAPTURE(static_cast<int>(qos));
      CAPTURE(rate);
      Setting setting(Setting::limited("maximum-packet-size=100"));
      setting.plan.publishing.payloads = {std::string(64, 'a'), std::string(200, 'b'),
                                          std::string(40, 'c'), std::string(9000, 'd')};
      setting.plan.publishing.messages = 400;
      setting.plan.publishing.qos = qos;
      setting.plan.publishing.rate = rate;
      const Measurement measured = setting.measure();
      CHECK(measured.whole_run.due == 400);
      CHECK(measured.whole_run.sent == 200);
      CHECK(measured.whole_run.refused_here == 200);
      CHECK(measured.failures.size() == 2);
      CHECK_FALSE(is_incomplete(measured));
      const auto& accepted = setting.broker->accepted();
      CHECK(accepted.size() == 200);
      CHECK(std::all_of(accepted.begin(), accepted.end(),
                        [](const auto& message) { return message.payload.size() <= 64; }));
    }
  }
}

TEST_CASE("a subscription that is refused is a failure") {
  SUBCASE("by the broker, some of them") {
    Setting setting(
        "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0 code=0x87; "
        "silence");
    setting.subscribe({"a", "b"});
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.subscriptions_refused == 1);
    CHECK(told(measured, "Not authorized") == 1);
  }
  SUBCASE("by a limit, here") {
    Setting setting(Setting::limited("wildcard-subscription-available=0"));
    setting.subscribe({"a/#"});
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.subscriptions_refused == 1);
    CHECK(measured.whole_run.connections_lost == 0);
    CHECK(told(measured, "ildcard") == 1);
  }
}

TEST_CASE("a message that the broker refuses is told with its reason") {
  Setting setting(
      "expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last code=0x97; expect "
      "PUBLISH; "
      "send PUBACK id=last code=0x97; silence");
  setting.plan.publishing.messages = 2;
  setting.plan.publishing.qos = Qos::at_least_once;
  const Measurement measured = setting.measure();
  CHECK(measured.whole_run.refused == 2);
  CHECK(told(measured, "Quota exceeded") == 2);
}

TEST_CASE("what was never acknowledged is told, and charged to the latency") {
  for (const double rate : {0.0, 10'000.0}) {
    CAPTURE(rate);
    Setting setting("expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last; silence");
    setting.plan.publishing.messages = 20;
    setting.plan.publishing.qos = Qos::at_least_once;
    setting.plan.publishing.rate = rate;
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.acknowledged == 1);
    CHECK(measured.whole_run.unacknowledged == 19);
    CHECK(told(measured, "no acknowledgement") == 19);
    for (const auto histogram :
         {&Latencies::acknowledged_from_due, &Latencies::acknowledged_from_written}) {
      const Histogram& times = measured.latencies.*histogram;
      CHECK(times.count() == 20);
      CHECK(times.at_percentile(50) >= 200'000'000);
    }
  }
}
