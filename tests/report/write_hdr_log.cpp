#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "base/random.hpp"
#include "report/hdr_log.hpp"
#include "report/html.hpp"
#include "report/latency.hpp"

/// write-hdr-log FOLDER SEED: a run with latencies over six decades as FOLDER/run.hlog and
/// FOLDER/run.html; on standard output the percentiles that a reader of the log has to find:
/// TAG PERCENT NANOSECONDS COUNT.
namespace {

using namespace mqtt_toolbox;

std::uint64_t some_latency(Random& random) {
  return 1000 + (random() >> (28 + random() % 30)) % 1'000'000'000'000;
}

report::RunResult some_run(Random& random) {
  load::Measurement measurement;
  measurement.plan.scenario = load::Scenario::roundtrip;
  measurement.plan.publishing.rate = 1000;
  measurement.measured = std::chrono::seconds(3);
  measurement.started_unix_ns = 1'770'000'000'000'000'000;
  for (int number = 1; number <= 4; ++number) {
    load::Interval& interval = measurement.intervals.emplace_back();
    interval.end = std::chrono::seconds(number);
    interval.warmup = number == 1;
    interval.counters.sent = interval.counters.received = 1000 + random() % 100;
    for (int i = 0; i < 1000; ++i) {
      interval.acknowledged.record(some_latency(random));
      interval.received.record(some_latency(random), 1 + random() % 100);
    }
    if (!interval.warmup) measurement.counters.add(interval.counters);
  }
  for (const report::LatencyKind& kind : report::latency_kinds)
    for (int i = 0; i < 2000; ++i)
      (measurement.latencies.*kind.histogram).record(some_latency(random));
  measurement.workers = {{1, 4}};
  return report::make_result(std::move(measurement), "0", {"host", "kernel", 1, 1024}, {});
}

void print_percentiles(const std::string& tag, const load::Histogram& histogram) {
  for (const double percent : {50.0, 75.0, 90.0, 95.0, 100.0})
    std::printf("%s %.12f %llu %llu\n", tag.c_str(), percent / 100,
                static_cast<unsigned long long>(histogram.at_percentile(percent)),
                static_cast<unsigned long long>(histogram.count()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  Random random(std::strtoull(arguments[2], nullptr, 10));
  const report::RunResult run = some_run(random);
  std::string log;
  report::append_hdr_log(log, run);
  const std::string folder = arguments[1];
  std::ofstream(folder + "/run.hlog") << log;
  const report::NamedResult named{"run", run};
  std::ofstream(folder + "/run.html") << report::html_page(std::span(&named, 1));
  load::Histogram acknowledged, received;
  for (const load::Interval& interval : run.measurement.intervals)
    if (!interval.warmup) {
      acknowledged.merge(interval.acknowledged);
      received.merge(interval.received);
    }
  print_percentiles("acknowledged", acknowledged);
  print_percentiles("received", received);
  for (const report::LatencyKind& kind : report::latency_kinds)
    print_percentiles(std::string(kind.key), run.measurement.latencies.*kind.histogram);
  return 0;
}
