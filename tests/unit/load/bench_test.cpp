#include "load/bench.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include <doctest/doctest.h>

#include "load/null_broker.hpp"

// What other threads than the first allocate is counted for the whole test program.

namespace {

const std::thread::id first_thread = std::this_thread::get_id();
std::atomic<std::size_t> allocations_elsewhere{0};

void* counted(std::size_t size) {
  if (std::this_thread::get_id() != first_thread) ++allocations_elsewhere;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
// std::stable_sort asks this way.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;
using protocol::Qos;
using std::chrono::milliseconds;

namespace {

/// A bench and the broker that it measures, in one loop.
struct Setting {
  explicit Setting(const NullBrokerSettings& settings = {})
      : broker(std::move(*NullBroker::start(loop, settings))) {
    plan.clients.transport.host = "127.0.0.1";
    plan.clients.transport.port = broker->port();
    plan.clients.reconnect.attempts = 0;
    plan.publishing.payloads = {std::string(64, 'p')};
    plan.run = 77;
    plan.seed = 5;
  }

  Result<Measurement> run() {
    auto prepared = Bench::prepare(plan);
    if (!prepared) return tl::unexpected(prepared.error());
    bench = *std::move(prepared);
    return bench->run(loop, on_interval);
  }
  Measurement measure() {
    auto measurement = run();
    REQUIRE(measurement);
    return *std::move(measurement);
  }
  void publish(std::uint32_t publishers, std::uint64_t messages, Qos qos) {
    plan.scenario = Scenario::publish;
    plan.publishing.publishers = publishers;
    plan.publishing.messages = messages;
    plan.publishing.qos = qos;
    plan.duration = Duration(0);
  }
  void roundtrip(std::uint32_t publishers, std::uint32_t subscribers, std::uint64_t messages,
                 Qos qos) {
    publish(publishers, messages, qos);
    plan.scenario = Scenario::roundtrip;
    plan.subscribing.subscribers = subscribers;
    plan.subscribing.filters = {"bench/#"};
    plan.subscribing.qos = qos;
  }
  /// From a broker that floods each subscriber.
  void subscribe(std::uint32_t subscribers, std::uint64_t flood) {
    NullBrokerSettings settings;
    settings.flood_messages = flood;
    broker = std::move(*NullBroker::start(loop, settings));
    plan.clients.transport.port = broker->port();
    plan.scenario = Scenario::subscribe;
    plan.subscribing.subscribers = subscribers;
    plan.subscribing.filters = {"some/topic"};
  }

  transport::Loop loop;
  Plan plan;
  std::unique_ptr<NullBroker> broker;
  std::unique_ptr<Bench> bench;
  Bench::OnInterval on_interval;
};

NullBrokerSettings routing() {
  NullBrokerSettings settings;
  settings.route = true;
  return settings;
}

bool warns(const Measurement& measurement, Warning warning) {
  return std::count(measurement.warnings.begin(), measurement.warnings.end(), warning) != 0;
}

Error refusal(const Plan& plan) {
  auto bench = Bench::prepare(plan);
  REQUIRE_FALSE(bench);
  return bench.error();
}

}  // namespace

TEST_CASE("every message of a closed loop is sent once and answered, on any number of threads") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    for (const std::uint32_t threads : {1, 3}) {
      CAPTURE(static_cast<int>(qos));
      CAPTURE(threads);
      Setting setting;
      setting.publish(7, 30'001, qos);
      setting.plan.threads = threads;
      const Measurement measured = setting.measure();
      CHECK(measured.counters.sent == 30'001);
      CHECK(measured.counters.due == 30'001);
      CHECK(measured.counters.sent_bytes == 30'001 * 64);
      const std::uint64_t answered = qos == Qos::at_most_once ? 0 : 30'001;
      CHECK(measured.whole_run.acknowledged == answered);
      CHECK(measured.latencies.acknowledged_from_due.count() == answered);
      CHECK(measured.latencies.acknowledged_from_written.count() == answered);
      CHECK(measured.clients_connected == 7);
      CHECK(measured.whole_run.connects_succeeded == 7);
      CHECK(measured.latencies.connack.count() == 7);
      CHECK(measured.workers.size() == threads);
      CHECK(setting.broker->messages_received() == 30'001);
      CHECK_FALSE(measured.interrupted);
      CHECK_FALSE(warns(measured, Warning::incomplete));
    }
  }
}

TEST_CASE("fewer messages than publishers are sent, and the run ends") {
  for (const double rate : {0.0, 1000.0}) {
    Setting setting;
    setting.publish(5, 2, Qos::at_least_once);
    setting.plan.publishing.rate = rate;
    setting.plan.threads = 3;
    const Measurement measured = setting.measure();
    CHECK(measured.counters.acknowledged == 2);
    CHECK_FALSE(warns(measured, Warning::incomplete));
  }
}

TEST_CASE("an open loop sends what is due, no more and no less") {
  for (const Arrivals arrivals : {Arrivals::constant, Arrivals::poisson}) {
    Setting setting;
    setting.publish(5, 0, Qos::at_least_once);
    setting.plan.publishing.rate = 2000;
    setting.plan.publishing.arrivals = arrivals;
    setting.plan.warmup = milliseconds(100);
    setting.plan.duration = milliseconds(500);
    setting.plan.interval = milliseconds(100);
    const Measurement measured = setting.measure();
    CHECK(measured.whole_run.due == measured.whole_run.sent);
    CHECK(measured.whole_run.acknowledged == measured.whole_run.sent);
    CHECK(measured.latencies.lateness.count() == measured.latencies.acknowledged_from_due.count());
    CHECK(measured.measured == milliseconds(500));
    if (arrivals == Arrivals::constant) {
      CHECK(measured.whole_run.sent == 1200);
      CHECK(measured.counters.due == 1000);
      CHECK(measured.latencies.lateness.count() == 1000);
    }
    std::uint64_t due = 0;
    for (const Interval& interval : measured.intervals) {
      if (!interval.warmup) due += interval.counters.due;
    }
    CHECK(due == measured.counters.due);
    CHECK(measured.intervals.back().warmup == false);
    CHECK(measured.intervals.front().warmup == true);
  }
}

TEST_CASE("all threads end their intervals at the same times, before the measured time too") {
  Setting setting;
  setting.plan.threads = 3;
  setting.plan.publishing.publishers = 3;
  setting.plan.publishing.rate = 1000;
  setting.plan.warmup = milliseconds(400);
  setting.plan.duration = milliseconds(200);
  setting.plan.interval = milliseconds(100);
  Time last{};
  int whole = 0, parts = 0;
  for (const Interval& interval : setting.measure().intervals) {
    ++(interval.end - last == setting.plan.interval ? whole : parts);
    last = interval.end;
  }
  CHECK(whole >= 6);
  CHECK(parts <= 1);  // where the warm-up ends
}

TEST_CASE("intervals are told one by one, and need not be kept") {
  Setting setting;
  setting.publish(1, 0, Qos::at_most_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.duration = milliseconds(300);
  setting.plan.interval = milliseconds(50);
  setting.plan.keep_intervals = false;
  std::uint64_t sent = 0;
  setting.on_interval = [&](const Interval& interval, const Counters&) {
    sent += interval.counters.sent;
  };
  const Measurement measured = setting.measure();
  CHECK(measured.intervals.empty());
  CHECK(sent == 300);
}

TEST_CASE("intervals that end faster than they are taken become one, and nothing of them is lost") {
  Setting setting;
  setting.publish(2, 0, Qos::at_most_once);
  setting.plan.threads = 2;
  setting.plan.publishing.rate = 2000;
  setting.plan.warmup = milliseconds(100);
  setting.plan.duration = milliseconds(400);
  setting.plan.interval = milliseconds(1);
  setting.plan.keep_intervals = false;
  std::uint64_t sent[2] = {};
  std::size_t intervals = 0;
  Duration last{};
  setting.on_interval = [&](const Interval& interval, const Counters&) {
    sent[interval.warmup ? 1 : 0] += interval.counters.sent;
    CHECK(interval.end > last);
    last = interval.end;
    ++intervals;
    std::this_thread::sleep_for(milliseconds(20));  // a slow reader
  };
  setting.measure();
  CHECK(sent[0] == 800);
  CHECK(sent[1] == 200);
  CHECK(intervals < 250);
}

TEST_CASE("a roundtrip finds every message again, however many stand on either side") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    Setting setting(routing());
    setting.roundtrip(3, 4, 3000, qos);
    setting.plan.publishing.rate = 30'000;
    setting.plan.threads = 2;
    const Measurement measured = setting.measure();
    CHECK(measured.delivery.expected == 12'000);
    CHECK(measured.delivery.lost == 0);
    CHECK(measured.delivery.duplicated == 0);
    CHECK(measured.delivery.reordered == 0);
    CHECK(measured.whole_run.received == 12'000);
    CHECK(measured.latencies.received_from_due.count() == 12'000);
    CHECK(measured.latencies.received_from_written.at_percentile(50) <=
          measured.latencies.received_from_due.at_percentile(50));
  }
}

TEST_CASE("filters decide what is expected; shared subscriptions count once") {
  Setting setting(routing());
  setting.roundtrip(4, 4, 2000, Qos::at_least_once);
  setting.plan.threads = 2;
  setting.plan.publishing.rate = 20'000;
  SUBCASE("each its own") {
    setting.plan.subscribing.filters = {"bench/{n}"};
    CHECK(setting.measure().delivery.expected == 2000);
  }
  SUBCASE("a group over threads") {
    setting.plan.subscribing.filters = {"$share/group/bench/+"};
    const Measurement measured = setting.measure();
    CHECK(measured.delivery.expected == 2000);
    CHECK(measured.delivery.lost == 0);
    CHECK(measured.delivery.duplicated == 0);
  }
  SUBCASE("more topics than publishers") {
    setting.plan.publishing.topics = {"a/0", "a/1", "a/2", "a/3", "a/4", "a/5"};
    setting.plan.subscribing.filters = {"a/5", "a/0"};
    const Measurement measured = setting.measure();
    // Publishers 0 and 1 have two topics each: 500 messages are 250 to each of them.
    CHECK(measured.delivery.expected == 4 * 500);
    CHECK(measured.delivery.lost == 0);
  }
}

TEST_CASE("what the broker does wrong is found, exactly") {
  NullBrokerSettings settings = routing();
  SUBCASE("drops") {
    settings.faults.drop_every = 100;
  }
  SUBCASE("duplicates") {
    settings.faults.duplicate_every = 100;
  }
  SUBCASE("swaps") {
    settings.faults.swap_every = 100;
  }
  SUBCASE("all") {
    settings.faults.drop_every = 101;
    settings.faults.duplicate_every = 103;
    settings.faults.swap_every = 107;
  }
  Setting setting(settings);
  setting.roundtrip(2, 3, 5000, Qos::at_most_once);
  setting.plan.publishing.rate = 20'000;
  setting.plan.drain = milliseconds(500);
  const Measurement measured = setting.measure();
  CHECK(measured.delivery.expected == 15'000);
  CHECK(measured.delivery.lost == setting.broker->counters().dropped);
  CHECK(measured.delivery.duplicated == setting.broker->counters().duplicated);
  CHECK(measured.delivery.reordered == setting.broker->counters().swapped);
}

TEST_CASE("a delay is measured, in both directions") {
  NullBrokerSettings settings = routing();
  settings.faults.delay = milliseconds(20);
  Setting setting(settings);
  setting.roundtrip(2, 2, 400, Qos::at_least_once);
  setting.plan.publishing.rate = 2000;
  const Measurement measured = setting.measure();
  CHECK(measured.latencies.acknowledged_from_written.minimum() >= 20'000'000);
  CHECK(measured.latencies.received_from_due.minimum() >= 20'000'000);
  CHECK(measured.delivery.lost == 0);
}

TEST_CASE("a stall counts for all that had to wait, in the corrected view alone") {
  NullBrokerSettings settings;
  settings.faults.stall = milliseconds(200);
  settings.faults.stall_every = milliseconds(500);
  Setting setting(settings);
  setting.publish(1, 0, Qos::at_least_once);
  setting.plan.clients.session.inflight_messages = 1;
  setting.plan.publishing.rate = 500;
  setting.plan.duration = milliseconds(1000);
  const Measurement measured = setting.measure();
  CHECK(measured.latencies.acknowledged_from_due.at_percentile(90) > 100'000'000);
  CHECK(measured.latencies.acknowledged_from_written.at_percentile(90) < 100'000'000);
  CHECK(measured.latencies.lateness.maximum() > 100'000'000);
}

TEST_CASE("subscribers count what comes") {
  Setting setting;
  setting.subscribe(3, 5'000);
  setting.plan.duration = milliseconds(500);
  const Measurement measured = setting.measure();
  CHECK(measured.whole_run.received == 15'000);
  CHECK(measured.whole_run.received_bytes == 15'000 * 64);
}

TEST_CASE("connections are held, and their phases measured") {
  Setting setting;
  setting.plan.scenario = Scenario::connect;
  setting.plan.idle_clients = 300;
  setting.plan.threads = 2;
  setting.plan.duration = milliseconds(200);
  SUBCASE("at once") {
    const Measurement measured = setting.measure();
    CHECK(measured.clients_connected == 300);
    CHECK(measured.connecting > Duration(0));
    CHECK(measured.connecting < measured.measured);
    CHECK(measured.counters.connects_succeeded == 300);
    CHECK(measured.latencies.connect.count() == 300);
    CHECK(measured.latencies.connack.count() == 300);
    CHECK(measured.latencies.tls.count() == 0);
    CHECK(measured.counters.connections_lost == 0);
    CHECK(measured.measured >= milliseconds(200));
  }
  SUBCASE("at a rate") {
    setting.plan.clients.connect_rate = 1000;
    const Measurement measured = setting.measure();
    CHECK(measured.clients_connected == 300);
    CHECK(measured.measured >= milliseconds(499));
  }
  SUBCASE("with clients that leave and come back") {
    setting.plan.churn_rate = 200;
    const Measurement measured = setting.measure();
    CHECK(measured.counters.connects_started > 320);
    CHECK(measured.counters.connects_started <= 340);
    CHECK(measured.counters.connections_lost == 0);
  }
}

TEST_CASE("refusals are counted by reason; the others go on") {
  NullBrokerSettings settings;
  settings.faults.refuse_every = 2;
  Setting setting(settings);
  setting.publish(10, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.duration = milliseconds(200);
  const Measurement measured = setting.measure();
  CHECK(measured.clients_connected == 5);
  CHECK(measured.whole_run.connects_failed == 5);
  REQUIRE(measured.failures.size() == 1);
  CHECK(measured.failures.begin()->first.find("Server busy") != std::string::npos);
  CHECK(measured.failures.begin()->second == 5);
  CHECK(warns(measured, Warning::client_limits));
  CHECK(measured.never_connected.clients == 5);
  CHECK(measured.never_connected.first == "bench-0000004d-1");
  CHECK(measured.never_connected.cause == ExitCode::refused);
}

TEST_CASE("who is refused at first and connects later has connected") {
  NullBrokerSettings settings;
  settings.faults.refuse_every = 2;
  Setting setting(settings);
  setting.publish(10, 1000, Qos::at_least_once);
  setting.plan.clients.reconnect = {milliseconds(1), milliseconds(1), 100};
  const Measurement measured = setting.measure();
  CHECK(measured.clients_connected == 5);
  CHECK(measured.whole_run.sent == 1000);
  CHECK(measured.never_connected.clients == 0);
  CHECK_FALSE(warns(measured, Warning::client_limits));
}

TEST_CASE("a number of messages: who can never connect is not waited for without end") {
  Setting setting;
  setting.publish(2, 100, Qos::at_least_once);
  setting.plan.clients.reconnect = {milliseconds(1), milliseconds(1)};
  setting.plan.clients.source_addresses = {"127.0.0.1", "203.0.113.7"};
  const Measurement measured = setting.measure();
  CHECK(measured.whole_run.sent == 50);
  CHECK(measured.whole_run.connects_failed == setting.plan.clients.attempts_in_vain);
  CHECK(measured.never_connected.clients == 1);
  CHECK(measured.never_connected.cause == ExitCode::unreachable);
  CHECK(warns(measured, Warning::incomplete));
}

TEST_CASE("when nobody can connect the first cause is the error") {
  Setting setting;
  setting.publish(5, 100, Qos::at_most_once);
  SUBCASE("refused") {
    NullBrokerSettings settings;
    settings.faults.refuse_every = 1;
    auto broker = std::move(*NullBroker::start(setting.loop, settings));
    setting.plan.clients.transport.port = broker->port();
    const auto measured = setting.run();
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::refused);
  }
  SUBCASE("nobody there") {
    setting.broker.reset();
    const auto measured = setting.run();
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::unreachable);
  }
  SUBCASE("no answer") {
    NullBrokerSettings settings;
    settings.faults.connack_delay = std::chrono::seconds(60);
    auto broker = std::move(*NullBroker::start(setting.loop, settings));
    setting.plan.clients.transport.port = broker->port();
    setting.plan.clients.connect_timeout = milliseconds(100);
    const auto measured = setting.run();
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::unreachable);
  }
}

TEST_CASE("a broker that goes away ends the run; what was measured stays") {
  Setting setting;
  setting.publish(3, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.duration = std::chrono::seconds(30);
  setting.plan.interval = milliseconds(50);
  setting.on_interval = [&](const Interval& interval, const Counters&) {
    if (!interval.warmup && interval.counters.acknowledged != 0) setting.broker.reset();
  };
  const Measurement measured = setting.measure();
  CHECK(measured.counters.connections_lost == 3);
  CHECK(measured.whole_run.acknowledged != 0);
  CHECK(warns(measured, Warning::incomplete));
  CHECK(warns(measured, Warning::reconnects));
}

TEST_CASE("a publisher that gives up leaves a number of messages incomplete") {
  NullBrokerSettings settings;
  settings.faults.refuse_every = 2;
  Setting setting(settings);
  setting.publish(2, 100, Qos::at_least_once);
  const Measurement measured = setting.measure();
  CHECK(measured.whole_run.sent == 50);
  CHECK(warns(measured, Warning::incomplete));
}

TEST_CASE("lost connections come back, and what waited is sent then") {
  Setting setting;
  setting.publish(3, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 2000;
  setting.plan.duration = milliseconds(600);
  setting.plan.interval = milliseconds(50);
  setting.plan.clients.reconnect.attempts = 100;
  setting.plan.clients.reconnect.initial = milliseconds(5);
  setting.plan.clients.reconnect.maximum = milliseconds(5);
  NullBrokerSettings again;
  again.port = setting.broker->port();
  bool was_lost = false;
  setting.on_interval = [&](const Interval& interval, const Counters&) {
    if (interval.warmup || was_lost) return;
    was_lost = true;
    setting.broker.reset();
    setting.broker = std::move(*NullBroker::start(setting.loop, again));
  };
  const Measurement measured = setting.measure();
  CHECK(measured.counters.reconnects == 3);
  CHECK(measured.counters.connections_lost == 3);
  CHECK(measured.counters.due == 1200);
  CHECK(measured.whole_run.acknowledged == 1200);
  CHECK(warns(measured, Warning::reconnects));
  CHECK_FALSE(warns(measured, Warning::incomplete));
}

TEST_CASE("stop ends the measured time and keeps everything") {
  Setting setting;
  setting.publish(2, 0, Qos::at_least_once);
  setting.plan.publishing.rate = 1000;
  setting.plan.duration = std::chrono::seconds(60);
  transport::Loop::Timer timer(setting.loop, [&] { setting.bench->stop(); });
  timer.arm(setting.loop.now() + milliseconds(300));
  const Measurement measured = setting.measure();
  CHECK(measured.interrupted);
  CHECK(warns(measured, Warning::incomplete));
  CHECK(measured.counters.sent > 50);
  CHECK(measured.whole_run.acknowledged == measured.whole_run.sent);
  CHECK(measured.measured < milliseconds(2000));
}

TEST_CASE("nothing is allocated between messages") {
  Setting setting(routing());
  SUBCASE("publish") {
    setting.publish(4, 0, Qos::at_most_once);
    SUBCASE("QoS 0") {}
    SUBCASE("QoS 1") {
      setting.plan.publishing.qos = Qos::at_least_once;
    }
    SUBCASE("QoS 2") {
      setting.plan.publishing.qos = Qos::exactly_once;
    }
    SUBCASE("on a schedule, QoS 0") {
      setting.plan.publishing.rate = 20'000;
    }
    SUBCASE("on a schedule, QoS 1") {
      setting.plan.publishing.rate = 20'000;
      setting.plan.publishing.qos = Qos::at_least_once;
    }
  }
  SUBCASE("subscribe") {
    setting.subscribe(2, 1'000'000'000);
  }
  SUBCASE("roundtrip") {
    setting.roundtrip(4, 2, 0, Qos::at_least_once);
    SUBCASE("QoS 1") {}
    SUBCASE("QoS 2") {
      setting.plan.publishing.qos = setting.plan.subscribing.qos = Qos::exactly_once;
    }
    SUBCASE("on a schedule") {
      setting.plan.publishing.rate = 10'000;
    }
  }
  setting.plan.clients.session.inflight_messages = 20;
  setting.plan.duration = std::chrono::seconds(20);
  setting.plan.interval = milliseconds(50);
  // Buffers grow when there is more to hold than ever before, which a busy machine can bring about
  // at any time: what counts is the stretch without any growth.
  std::uint64_t messages_without = 0;
  std::size_t allocations = 0;
  setting.on_interval = [&](const Interval& interval, const Counters&) {
    if (messages_without > 5000) return setting.bench->stop();
    const std::size_t now = allocations_elsewhere;
    if (std::exchange(allocations, now) != now) messages_without = 0;
    if (!interval.warmup) messages_without += interval.counters.sent + interval.counters.received;
  };
  setting.measure();
  CHECK(messages_without > 5000);
}

TEST_CASE("plans that cannot be are refused with the reason") {
  Plan plan;
  plan.clients.transport.host = "127.0.0.1";
  plan.publishing.payloads = {std::string(31, 'x')};
  SUBCASE("payload too small to match") {
    plan.scenario = Scenario::roundtrip;
    plan.subscribing.subscribers = 1;
    plan.subscribing.filters = {"#"};
    CHECK(refusal(plan).text.find("31 bytes") != std::string::npos);
  }
  SUBCASE("no payload") {
    plan.publishing.payloads.clear();
    CHECK(refusal(plan).code == ExitCode::usage);
  }
  SUBCASE("a wildcard in a topic") {
    plan.publishing.topic = "a/+";
    CHECK(refusal(plan).text.find("a/+") != std::string::npos);
  }
  SUBCASE("a bad filter") {
    plan.scenario = Scenario::subscribe;
    plan.subscribing.subscribers = 1;
    plan.subscribing.filters = {"a/#/b"};
    CHECK(refusal(plan).code == ExitCode::usage);
  }
  SUBCASE("no end") {
    plan.duration = Duration(0);
    CHECK(refusal(plan).code == ExitCode::usage);
  }
  SUBCASE("more connections than files") {
    plan.publishing.publishers = 2'000'000'000;
    plan.publishing.topic = "t";
    plan.scenario = Scenario::connect;
    plan.idle_clients = 2'000'000'000;
    const Error error = refusal(plan);
    CHECK(error.code == ExitCode::usage);
    CHECK(error.text.find("ulimit") != std::string::npos);
  }
}
