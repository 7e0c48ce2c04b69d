#include "load/lateness.hpp"

#include <algorithm>
#include <atomic>
#include <sched.h>
#include <thread>

#include <doctest/doctest.h>

#include "load/bench.hpp"
#include "load/machine.hpp"
#include "load/null_broker.hpp"
#include "load/warnings.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;
using doctest::Approx;

namespace {

Measurement late_by(std::chrono::milliseconds lateness) {
  Measurement measurement;
  measurement.plan.publishing.rate = 1000;
  measurement.counters.due = measurement.counters.sent = 1000;
  measurement.latencies.lateness.record(std::chrono::nanoseconds(lateness).count(), 1000);
  measurement.late.all = std::chrono::duration<double>(lateness).count() * 1000;
  return measurement;
}

bool warns_of_lateness(const Measurement& measurement) {
  const auto warnings = warnings_of(measurement, 0, false, {});
  return std::count(warnings.begin(), warnings.end(), Warning::sends_late) != 0;
}

}  // namespace

TEST_CASE(
    "what made messages late: the broker's part was measured, the rest is as threads spent it") {
  Measurement measurement;
  CHECK(main_cause(measurement).share == 0);
  measurement.late = {10, 4};
  measurement.workers = {{1, 10, 3}, {1, 10, 3}};
  measurement.steal = 0.1;
  const LateShares shares = late_shares(measurement);
  CHECK(shares.broker == Approx(0.4));
  CHECK(shares.generator == Approx(0.12));
  CHECK(shares.machine == Approx(0.36));
  CHECK(shares.host == Approx(0.12));
  CHECK(main_cause(measurement).cause == LateCause::broker);
  measurement.late.held_up = 0;
  CHECK(main_cause(measurement).cause == LateCause::machine);
  CHECK(main_cause(measurement).share == Approx(0.6));
  measurement.workers = {{5, 10, 1}};
  CHECK(main_cause(measurement).cause == LateCause::generator);
  measurement.steal = 0.9;
  CHECK(main_cause(measurement).cause == LateCause::host);
}

TEST_CASE("a millisecond that others on the machine cost is no alarm, and one of our own is") {
  Measurement measurement = late_by(std::chrono::milliseconds(2));
  measurement.workers = {{1, 10, 0.1}};
  CHECK(warns_of_lateness(measurement));
  measurement.workers = {{0.1, 10, 1}};
  CHECK_FALSE(warns_of_lateness(measurement));
  measurement.late.held_up = measurement.late.all;
  CHECK(warns_of_lateness(measurement));
  measurement = late_by(std::chrono::milliseconds(10));
  measurement.workers = {{0.1, 10, 1}};
  CHECK(warns_of_lateness(measurement));
}

TEST_CASE("a broker that stalls is what held messages up") {
  transport::Loop loop;
  NullBrokerSettings settings;
  settings.faults.stall = std::chrono::milliseconds(200);
  settings.faults.stall_every = std::chrono::milliseconds(500);
  const auto broker = std::move(*NullBroker::start(loop, settings));
  Plan plan;
  plan.clients.transport.host = "127.0.0.1";
  plan.clients.transport.port = broker->port();
  plan.clients.session.inflight_messages = 1;
  plan.publishing.payloads = {std::string(64, 'p')};
  plan.publishing.qos = protocol::Qos::at_least_once;
  plan.publishing.rate = 500;
  plan.duration = std::chrono::seconds(1);
  auto bench = Bench::prepare(plan);
  REQUIRE(bench);
  const auto measured = (*bench)->run(loop, {});
  REQUIRE(measured);
  CHECK(measured->late.all > 1);
  CHECK(measured->late.held_up <= measured->late.all);
  CHECK(main_cause(*measured).cause == LateCause::broker);
  CHECK(main_cause(*measured).share > 0.5);
}

TEST_CASE("a thread that has to share its core knows how long it waited") {
  cpu_set_t all, one;
  REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
  int core = 0;
  while (!CPU_ISSET(core, &all)) ++core;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  std::atomic<bool> ended{false};
  std::thread other([&] {
    sched_setaffinity(0, sizeof one, &one);
    while (!ended) {
    }
  });
  double waited = 0;
  std::thread waiting([&] {
    sched_setaffinity(0, sizeof one, &one);
    const RunQueue queue;
    const double before = queue.seconds();
    // As long as it takes for both to have had a turn.
    while (waited <= 0) waited = queue.seconds() - before;
  });
  waiting.join();
  ended = true;
  other.join();
  CHECK(waited > 0);
}

TEST_CASE("what a host took from this machine is a share of all its time") {
  CHECK(steal_between({1000, 10}, {1100, 35}) == Approx(0.25));
  CHECK(steal_between({1000, 10}, {1000, 10}) == 0);
  CHECK(machine_time().all > 0);
}
