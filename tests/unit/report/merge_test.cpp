#include "report/merge.hpp"

#include <doctest/doctest.h>

#include "report/latency.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

RunResult merged(const std::vector<RunResult>& parts) {
  auto sum = merge(parts);
  REQUIRE_MESSAGE(sum, sum.error().text);
  return *sum;
}

}  // namespace

TEST_CASE("two processes add up in everything") {
  const RunResult a = some_result(1), b = some_result(2);
  const RunResult sum = merged({a, b});
  load::Counters counters = a.measurement.counters;
  counters.add(b.measurement.counters);
  CHECK(same(sum.measurement.counters, counters));
  for (const LatencyKind& kind : latency_kinds) {
    load::Histogram histogram = a.measurement.latencies.*kind.histogram;
    histogram.merge(b.measurement.latencies.*kind.histogram);
    CHECK(same(sum.measurement.latencies.*kind.histogram, histogram));
  }
  CHECK(sum.measurement.delivery.expected == 200'000);
  CHECK(sum.measurement.failures.at("connection refused") == 14);
  CHECK(sum.measurement.workers.size() == 4);
  CHECK(sum.processes.size() == 2);
  CHECK(sum.setup.publishers == 20);
  CHECK(sum.setup.rate == 100'000);
  CHECK(sum.measurement.measured == std::chrono::seconds(2));
  CHECK(sum.measurement.warnings.size() == 2);
  CHECK(*sum.calibrated_rate == 2e6);
  REQUIRE(sum.measurement.intervals.size() == 3);
  CHECK(sum.measurement.intervals[1].received.count() ==
        a.measurement.intervals[1].received.count() + b.measurement.intervals[1].received.count());
}

TEST_CASE("intervals are aligned by wall time, whatever the order") {
  const RunResult a = plain_result(1000);
  for (const int late : {980, 1020}) {
    RunResult b = plain_result(1000);
    b.measurement.started_unix_ns += late * 1'000'000LL;
    for (const RunResult& sum : {merged({a, b}), merged({b, a})}) {
      CHECK(sum.measurement.started_unix_ns == a.measurement.started_unix_ns);
      const auto& intervals = sum.measurement.intervals;
      REQUIRE(intervals.size() == 3);
      CHECK(intervals[0].counters.sent == 1000);
      CHECK(intervals[1].counters.sent == 2000);
      CHECK(intervals[2].counters.sent == 1000);
      CHECK(intervals[2].end == std::chrono::milliseconds(2000 + late));
    }
  }
}

TEST_CASE("merging is the same in whatever groups, and one alone stays as it is") {
  const RunResult a = some_result(1), b = some_result(2), c = some_result(3);
  std::string left, right, one, alone;
  append_json(left, merged({merged({a, b}), c}));
  append_json(right, merged({a, merged({b, c})}));
  CHECK(left == right);
  append_json(one, a);
  const RunResult same = merged({a});
  CHECK(same.measurement.counters.sent == a.measurement.counters.sent);
  CHECK(same.measurement.workers.size() == 2);
}

TEST_CASE("objectives are judged anew by the whole") {
  RunResult fast = plain_result(1'000'000), slow = plain_result(100'000'000);
  fast.verdicts = {{"max<5ms", true, "max was 1.10 ms"}};
  const RunResult sum = merged({fast, slow});
  REQUIRE(sum.verdicts.size() == 1);
  CHECK_FALSE(sum.verdicts[0].met);
}

TEST_CASE("one process that ended early marks the whole") {
  RunResult a = plain_result(1000), b = plain_result(1000);
  b.measurement.interrupted = true;
  b.measurement.warnings = {load::Warning::incomplete};
  const RunResult sum = merged({a, b});
  CHECK(sum.measurement.interrupted);
  CHECK(sum.measurement.warnings == std::vector{load::Warning::incomplete});
}

TEST_CASE("what does not belong together is refused") {
  CHECK_FALSE(merge({}));
  const RunResult a = plain_result(1000);
  for (const auto change :
       {+[](RunResult& r) { r.setup.scenario = load::Scenario::connect; },
        +[](RunResult& r) { r.setup.interval *= 2; },
        +[](RunResult& r) { r.setup.publish_qos = protocol::Qos::exactly_once; },
        +[](RunResult& r) { r.measurement.started_unix_ns = 0; }}) {
    RunResult b = a;
    change(b);
    const auto sum = merge(std::vector{a, b});
    REQUIRE_FALSE(sum);
    CHECK(sum.error().code == ExitCode::usage);
  }
}
