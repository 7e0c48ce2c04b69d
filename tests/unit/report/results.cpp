#include "unit/report/results.hpp"

#include "base/random.hpp"
#include "report/counter.hpp"
#include "report/latency.hpp"

namespace mqtt_toolbox::report {
namespace {

using std::chrono::seconds;

void fill(load::Histogram& histogram, Random& random, std::uint64_t around, int values) {
  for (int i = 0; i < values; ++i) histogram.record(around + random() % around);
  histogram.record(around * (1 + random() % 100));
}

void fill(load::Counters& counters, Random& random) {
  for (const CounterKind& kind : counter_kinds) counters.*kind.count = 1 + random() % 100'000;
}

load::Interval some_interval(Random& random, int number) {
  load::Interval interval;
  interval.end = seconds(number);
  interval.warmup = number == 1;
  interval.in_flight = random() % 100;
  interval.cpu = 0.25;
  fill(interval.counters, random);
  fill(interval.acknowledged, random, 100'000, 500);
  fill(interval.received, random, 200'000, 500);
  return interval;
}

load::Plan some_plan() {
  load::Plan plan;
  plan.scenario = load::Scenario::roundtrip;
  plan.publishing.publishers = 10;
  plan.publishing.qos = protocol::Qos::at_least_once;
  plan.publishing.payloads = {std::string(64, 'x')};
  plan.publishing.rate = 50'000;
  plan.publishing.arrivals = load::Arrivals::poisson;
  plan.subscribing.subscribers = 5;
  plan.subscribing.qos = protocol::Qos::exactly_once;
  plan.duration = seconds(2);
  plan.warmup = seconds(1);
  plan.threads = 2;
  plan.run = 77;
  plan.seed = UINT64_MAX;
  plan.clients.password = "secret";
  return plan;
}

}  // namespace

RunResult some_result(std::uint64_t seed) {
  Random random(seed);
  load::Measurement measurement;
  measurement.plan = some_plan();
  measurement.measured = seconds(2);
  measurement.started_unix_ns = 1'770'000'000'123'456'789;
  fill(measurement.counters, random);
  fill(measurement.whole_run, random);
  std::uint64_t around = 1000;
  for (const LatencyKind& kind : latency_kinds)
    fill(measurement.latencies.*kind.histogram, random, around *= 3, 1000);
  for (int number = 1; number <= 3; ++number)
    measurement.intervals.push_back(some_interval(random, number));
  measurement.delivery = {100'000, 0, 3, 2};
  measurement.whole_run.sent = measurement.delivery.expected;
  measurement.failures = {{"connection refused", 7}, {"quota exceeded", 2}};
  measurement.broker.receive_maximum = 20;
  measurement.broker.keep_alive = 60;
  measurement.clients_connected = 15;
  measurement.never_connected = {5, "bench-4d-1", ExitCode::tls};
  measurement.workers = {{1.5, 2}, {0.5, 2}};
  measurement.warnings = {load::Warning::sends_late, load::Warning::reconnects};
  RunResult result =
      make_result(std::move(measurement), "0.1.0", {"host-a", "Linux 6.1 x86_64", 8, 1024},
                  {{"rate", "50000"}, {"password", "********"}});
  result.verdicts = {{"p99<5ms", true, "p99 was 3.20 ms"}};
  result.calibrated_rate = 1e6;
  return result;
}

RunResult plain_result(std::uint64_t latency, std::uint64_t seed) {
  Random random(seed);
  load::Measurement measurement;
  measurement.plan = some_plan();
  measurement.measured = seconds(2);
  measurement.started_unix_ns = 1'770'000'000'000'000'000;
  for (int number = 1; number <= 2; ++number) {
    load::Interval& interval = measurement.intervals.emplace_back();
    interval.end = seconds(number);
    for (int i = 0; i < 1000; ++i) interval.received.record(latency + random() % (latency / 10));
    interval.counters.sent = interval.counters.received = 1000;
    measurement.counters.add(interval.counters);
    measurement.latencies.received_from_due.merge(interval.received);
  }
  measurement.whole_run = measurement.counters;
  measurement.delivery.expected = 2000;
  measurement.workers = {{1, 2}};
  return make_result(std::move(measurement), "0.1.0", {"host-a", "Linux", 2, 1024}, {});
}

bool same(const load::Histogram& a, const load::Histogram& b) {
  if (a.count() != b.count() || a.minimum() != b.minimum() || a.maximum() != b.maximum())
    return false;
  for (std::size_t cell = 0; cell < load::Histogram::cells(); ++cell)
    if (a.cell_count(cell) != b.cell_count(cell)) return false;
  return true;
}

bool same(const load::Counters& a, const load::Counters& b) {
  for (const CounterKind& kind : counter_kinds)
    if (a.*kind.count != b.*kind.count) return false;
  return true;
}

}  // namespace mqtt_toolbox::report
