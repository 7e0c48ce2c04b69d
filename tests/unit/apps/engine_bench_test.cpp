#include "bench/engine_bench.hpp"

#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "load/null_broker.hpp"
#include "support/scripted_broker.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::bench;
using load::Warning;
using protocol::Qos;
using std::chrono::milliseconds;

namespace {

/// Any engine will do: this one needs no module.
struct Setting {
  explicit Setting(const load::NullBrokerSettings& settings = {})
      : broker(std::move(*load::NullBroker::start(loop, settings))) {
    plan.clients.transport.host = "127.0.0.1";
    plan.clients.transport.port = broker->port();
    plan.clients.reconnect.attempts = 0;
    plan.publishing.payloads = {std::string(64, 'p')};
    plan.duration = Duration(0);
    plan.run = 77;
  }
  void publish(std::uint32_t publishers, std::uint64_t messages, Qos qos) {
    plan.scenario = load::Scenario::publish;
    plan.publishing.publishers = publishers;
    plan.publishing.messages = messages;
    plan.publishing.qos = qos;
  }
  void roundtrip(std::uint32_t pairs, std::uint64_t messages, Qos qos) {
    publish(pairs, messages, qos);
    plan.scenario = load::Scenario::roundtrip;
    plan.subscribing.subscribers = pairs;
    plan.subscribing.filters = {"bench/{n}"};
    plan.subscribing.qos = qos;
  }
  Result<load::Measurement> run() {
    auto made = EngineBench::prepare(plan, {loop, random}, client::Engine::native);
    if (!made) return tl::unexpected<Error>(made.error());
    runner = *std::move(made);
    return runner->run(loop, on_interval);
  }
  load::Measurement measure() {
    auto measured = run();
    REQUIRE(measured);
    return *std::move(measured);
  }

  transport::Loop loop;
  Random random{1};
  load::Plan plan;
  std::unique_ptr<load::NullBroker> broker;
  std::unique_ptr<Runner> runner;
  Runner::OnInterval on_interval = [](const load::Interval&, const load::Counters&) {};
};

bool warns(const load::Measurement& measured, Warning warning) {
  return std::find(measured.warnings.begin(), measured.warnings.end(), warning) !=
         measured.warnings.end();
}

load::NullBrokerSettings routing() {
  load::NullBrokerSettings settings;
  settings.route = true;
  return settings;
}

}  // namespace

TEST_CASE("a number of messages through an engine: each is acknowledged and timed") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    CAPTURE(static_cast<int>(qos));
    Setting setting;
    setting.publish(3, 1000, qos);
    const load::Measurement measured = setting.measure();
    const std::uint64_t answered = qos == Qos::at_most_once ? 0 : 1000;
    CHECK(measured.whole_run.sent == 1000);
    CHECK(measured.whole_run.sent_bytes == 64'000);
    CHECK(measured.counters.acknowledged == answered);
    CHECK(measured.whole_run.acknowledged == answered);
    CHECK(measured.latencies.acknowledged_from_due.count() == answered);
    CHECK(measured.clients_connected == 3);
    CHECK_FALSE(warns(measured, Warning::incomplete));
  }
}

TEST_CASE("a roundtrip through an engine follows every message") {
  Setting setting(routing());
  setting.roundtrip(2, 500, Qos::exactly_once);
  setting.plan.publishing.rate = 5000;
  const load::Measurement measured = setting.measure();
  CHECK(measured.delivery.expected == 500);
  CHECK(measured.delivery.lost == 0);
  CHECK(measured.delivery.duplicated == 0);
  CHECK(measured.whole_run.received == 500);
  CHECK(measured.latencies.received_from_due.count() == 500);
  CHECK(measured.latencies.lateness.count() == 500);
}

TEST_CASE("what the broker loses and doubles is counted") {
  load::NullBrokerSettings settings = routing();
  settings.faults.drop_every = 10;
  settings.faults.duplicate_every = 20;
  Setting setting(settings);
  setting.roundtrip(1, 1000, Qos::at_least_once);
  setting.plan.drain = milliseconds(200);
  const load::Measurement measured = setting.measure();
  CHECK(measured.delivery.expected == 1000);
  CHECK(measured.delivery.lost == setting.broker->counters().dropped);
  CHECK(measured.delivery.duplicated == setting.broker->counters().duplicated);
  CHECK(measured.delivery.lost > 50);
}

TEST_CASE("a rate holds for its duration, in intervals that add up") {
  Setting setting;
  setting.publish(2, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.warmup = milliseconds(100);
  setting.plan.duration = milliseconds(400);
  setting.plan.interval = milliseconds(100);
  std::uint64_t told = 0;
  setting.on_interval = [&](const load::Interval& interval, const load::Counters&) {
    if (!interval.warmup) told += interval.counters.sent;
  };
  const load::Measurement measured = setting.measure();
  CHECK(measured.counters.due == 400);
  CHECK(measured.counters.sent == 400);
  CHECK(told == 400);
  CHECK(measured.measured == milliseconds(400));
  CHECK(measured.whole_run.acknowledged == 500);
}

TEST_CASE("fewer messages than publishers are sent, and the run ends") {
  Setting setting;
  setting.publish(4, 3, Qos::at_least_once);
  CHECK(setting.measure().counters.acknowledged == 3);
}

TEST_CASE("what is due in an interval is counted in it, also when the thread comes late") {
  Setting setting;
  setting.publish(2, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.warmup = milliseconds(100);
  setting.plan.duration = milliseconds(200);
  setting.plan.interval = milliseconds(50);
  setting.on_interval = [&](const load::Interval& interval, const load::Counters&) {
    if (interval.warmup)
      std::this_thread::sleep_for(milliseconds(120));
    else
      CHECK(interval.counters.sent == 50);
  };
  const load::Measurement measured = setting.measure();
  CHECK(measured.counters.sent == 200);
  CHECK(measured.whole_run.acknowledged == 300);
}

TEST_CASE("a broker that goes away ends the run; what was measured stays") {
  Setting setting;
  setting.publish(3, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.duration = std::chrono::seconds(30);
  setting.plan.interval = milliseconds(50);
  setting.on_interval = [&](const load::Interval& interval, const load::Counters&) {
    if (!interval.warmup && interval.counters.acknowledged != 0) setting.broker.reset();
  };
  const load::Measurement measured = setting.measure();
  CHECK(measured.whole_run.connections_lost == 3);
  CHECK(measured.whole_run.acknowledged != 0);
  CHECK(warns(measured, Warning::incomplete));
}

TEST_CASE("stop ends the measured time and keeps everything") {
  Setting setting;
  setting.publish(2, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.duration = std::chrono::seconds(60);
  transport::Loop::Timer timer(setting.loop, [&] { setting.runner->stop(); });
  timer.arm(setting.loop.now() + milliseconds(300));
  const load::Measurement measured = setting.measure();
  CHECK(measured.interrupted);
  CHECK(measured.whole_run.acknowledged == measured.whole_run.sent);
  CHECK(measured.counters.sent > 50);
}

TEST_CASE("what such a run cannot do is said before it connects") {
  Setting setting;
  setting.publish(101, 1000, Qos::at_most_once);
  auto run = setting.run();
  REQUIRE_FALSE(run);
  CHECK(run.error().code == ExitCode::usage);
  setting.roundtrip(1, 10, Qos::at_most_once);
  setting.plan.subscribing.filters = {"$share/group/bench/#"};
  run = setting.run();
  REQUIRE_FALSE(run);
  CHECK(run.error().text.find("--engine") != std::string::npos);
}

TEST_CASE("Paho is not asked for several WebSocket connections") {
  Setting setting;
  setting.publish(2, 10, Qos::at_most_once);
  setting.plan.clients.transport.websocket.emplace();
  const auto made =
      EngineBench::prepare(setting.plan, {setting.loop, setting.random}, client::Engine::paho);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ExitCode::usage);
  CHECK(made.error().text.find("WebSocket") != std::string::npos);
}

TEST_CASE("when nobody can connect there is an error, not a measurement") {
  load::NullBrokerSettings settings;
  settings.faults.refuse_every = 1;
  settings.faults.refuse_reason = protocol::ReasonCode::not_authorized;
  Setting setting(settings);
  setting.publish(2, 10, Qos::at_most_once);
  const auto run = setting.run();
  REQUIRE_FALSE(run);
  CHECK(run.error().code == ExitCode::refused);
}

namespace {

/// One publisher through an engine, and a broker that does what a script says.
struct Scripted : Setting {
  explicit Scripted(const std::string& script)
      : script_broker(std::move(*support::ScriptedBroker::start(loop, script))) {
    plan.clients.transport.port = script_broker->port();
    plan.drain = milliseconds(200);
  }
  std::unique_ptr<support::ScriptedBroker> script_broker;
};

}  // namespace

TEST_CASE("what fails through an engine stands in the same book") {
  SUBCASE("what a limit forbids for all") {
    Scripted setting("expect CONNECT; send CONNACK maximum-qos=1; auto");
    setting.publish(1, 10, Qos::exactly_once);
    const load::Measurement measured = setting.measure();
    CHECK(measured.whole_run.refused_here == 1);
    CHECK(measured.failures.begin()->first.find("at most QoS 1") != std::string::npos);
    CHECK(warns(measured, Warning::incomplete));
  }
  SUBCASE("what a limit forbids for some") {
    Scripted setting("expect CONNECT; send CONNACK maximum-packet-size=100; auto");
    setting.publish(1, 40, Qos::at_most_once);
    setting.plan.publishing.payloads = {std::string(40, 'a'), std::string(400, 'b')};
    const load::Measurement measured = setting.measure();
    CHECK(measured.whole_run.sent == 20);
    CHECK(measured.whole_run.refused_here == 20);
    CHECK_FALSE(warns(measured, Warning::incomplete));
  }
  SUBCASE("what the broker refuses") {
    Scripted setting(
        "expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last code=0x97; silence");
    setting.publish(1, 1, Qos::at_least_once);
    const load::Measurement measured = setting.measure();
    CHECK(measured.whole_run.refused == 1);
    CHECK(measured.failures.size() == 1);
  }
  SUBCASE("what is never acknowledged") {
    Scripted setting("expect CONNECT; send CONNACK; silence");
    setting.publish(1, 5, Qos::at_least_once);
    const load::Measurement measured = setting.measure();
    CHECK(measured.whole_run.unacknowledged == 5);
    CHECK(measured.latencies.acknowledged_from_due.count() == 5);
    CHECK(measured.latencies.acknowledged_from_due.minimum() >= 200'000'000);
  }
  SUBCASE("a refused subscription") {
    Scripted setting(
        "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0x87; silence");
    setting.plan.scenario = load::Scenario::subscribe;
    setting.plan.subscribing.subscribers = 1;
    setting.plan.subscribing.filters = {"a"};
    setting.plan.duration = milliseconds(50);
    const load::Measurement measured = setting.measure();
    CHECK(measured.whole_run.subscriptions_refused == 1);
    CHECK(measured.failures.size() == 1);
  }
}
