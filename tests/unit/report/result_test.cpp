#include "report/result.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "report/latency.hpp"
#include "report/warning.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

std::string json_of(const RunResult& result) {
  std::string text;
  append_json(text, result);
  return text;
}

/// The document with one of its fields replaced.
std::string with(const RunResult& result, const char* pointer, nlohmann::json value) {
  auto json = nlohmann::json::parse(json_of(result));
  json[nlohmann::json::json_pointer(pointer)] = std::move(value);
  return json.dump();
}

}  // namespace

TEST_CASE("a result comes back from its document with everything that it had") {
  const RunResult before = some_result();
  const std::string text = json_of(before);
  const auto after = parse_result(text);
  REQUIRE_MESSAGE(after, after.error().text);
  CHECK(json_of(*after) == text);
  for (const LatencyKind& kind : latency_kinds)
    CHECK(same(before.measurement.latencies.*kind.histogram,
               after->measurement.latencies.*kind.histogram));
  REQUIRE(after->measurement.intervals.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(same(before.measurement.intervals[i].received, after->measurement.intervals[i].received));
    CHECK(same(before.measurement.intervals[i].counters, after->measurement.intervals[i].counters));
  }
  CHECK(same(before.measurement.counters, after->measurement.counters));
  CHECK(same(before.measurement.whole_run, after->measurement.whole_run));
  CHECK(after->setup.seed == UINT64_MAX);
  CHECK(after->setup.arrivals == load::Arrivals::poisson);
  CHECK(after->measurement.warnings == before.measurement.warnings);
  CHECK(after->measurement.failures == before.measurement.failures);
  CHECK(after->measurement.broker.keep_alive == 60);
  CHECK(after->measurement.started_unix_ns == before.measurement.started_unix_ns);
  CHECK(after->measurement.workers.size() == 2);
  CHECK(after->measurement.never_connected.clients == 5);
  CHECK(after->measurement.never_connected.first == "bench-4d-1");
  CHECK(after->measurement.never_connected.cause == ExitCode::tls);
  CHECK(after->verdicts.front().objective == "p99<5ms");
}

TEST_CASE("the document is one line of ASCII with the figures that scripts look for") {
  const std::string text = json_of(some_result());
  CHECK(text.find('\n') == text.size() - 1);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["type"] == "bench");
  CHECK(json["version"] == 1);
  CHECK(json["time"] == "2026-02-02T02:40:00.123456Z");
  CHECK(json["time_s"] == 1770000000.123456);
  CHECK(json["setup"]["loop"] == "open");
  CHECK(json["broker"]["receive_maximum"] == 20);
  CHECK(json["latencies"]["received_from_due"]["percentiles_ns"].contains("p99_999"));
  CHECK(json["latencies"]["received_from_due"]["maximum_ns"] ==
        some_result().measurement.latencies.received_from_due.maximum());
  CHECK(json["warnings"][0]["name"] == "sends_late");
  CHECK(json["warnings"][0]["mend"].get<std::string>().size() > 10);
  CHECK(json["promise"]["met"] == true);
  CHECK(json["intervals"].size() == 3);
  CHECK(text.find("secret") == text.npos);
}

TEST_CASE("what came from outside cannot leave its string") {
  RunResult result = some_result();
  result.measurement.failures = {{"\x1b[31m\"\n\xff", 1}};
  const std::string text = json_of(result);
  CHECK(text.find('\x1b') == text.npos);
  CHECK(nlohmann::json::parse(text)["failures"][0]["reason"] == "\x1b[31m\"\n\xEF\xBF\xBD");
}

TEST_CASE("an empty result comes back too") {
  const auto after = parse_result(json_of(RunResult{}));
  REQUIRE(after);
  CHECK(after->measurement.intervals.empty());
  CHECK(after->measurement.latencies.lateness.count() == 0);
}

TEST_CASE("fields that are missing have their defaults, and unknown ones are passed over") {
  const auto result = parse_result(R"({"type":"bench","version":1,"news":[1,{"a":2}]})");
  REQUIRE(result);
  CHECK(result->setup.threads == 1);
}

TEST_CASE("what is no result of this version is a clear error") {
  const struct {
    std::string text;
    ExitCode code;
    std::string words;
  } cases[] = {
      {"", ExitCode::io, "not JSON"},
      {"hello", ExitCode::io, "not JSON"},
      {"[]", ExitCode::io, "not a result of mqtt-bench"},
      {R"({"type":"message"})", ExitCode::io, "not a result of mqtt-bench"},
      {R"({"type":"bench","version":"1"})", ExitCode::io, "not a result of mqtt-bench"},
      {R"({"type":"bench","version":2})", ExitCode::io, "use a newer mqtt-bench"},
      {R"({"type":"bench","version":0})", ExitCode::io, "run the bench again"},
      {std::string(1000, '['), ExitCode::io, "not JSON"},
      {with(some_result(), "/setup/threads", -1), ExitCode::io, "\"threads\""},
      {with(some_result(), "/setup/scenario", "dance"), ExitCode::io, "\"scenario\""},
      {with(some_result(), "/setup", 3), ExitCode::io, "\"setup\""},
      {with(some_result(), "/intervals", "x"), ExitCode::io, "\"intervals\""},
      {with(some_result(), "/intervals/0", 1), ExitCode::io, "\"intervals\""},
      {with(some_result(), "/measured_ns", 1e300), ExitCode::io, "\"measured_ns\""},
      {with(some_result(), "/started_unix_ns", UINT64_MAX), ExitCode::io, "\"started_unix_ns\""},
      {with(some_result(), "/latencies/lateness/hdr_histogram", "AAAA"), ExitCode::io,
       "\"lateness\""},
      {with(some_result(), "/latencies/lateness/count", 1), ExitCode::io, "\"lateness\""},
      {with(some_result(), "/latencies/lateness/maximum_ns", 5), ExitCode::io, "\"lateness\""},
  };
  for (const auto& each : cases) {
    CAPTURE(each.words);
    const auto result = parse_result(each.text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == each.code);
    CHECK_MESSAGE(result.error().text.find(each.words) != std::string::npos, result.error().text);
  }
}

TEST_CASE("a file that is not there is an error with its name") {
  const auto result = read_result("/nonexistent/run.json");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ExitCode::io);
  CHECK(result.error().text.find("/nonexistent/run.json") != std::string::npos);
}

TEST_CASE("an interval is a line of its own, without the encoded histogram") {
  std::string line;
  const RunResult result = some_result();
  const load::Interval& interval = result.measurement.intervals[1];
  append_interval_json(line, interval, std::chrono::milliseconds(500), 1'770'000'000'000'000'000);
  CHECK(line.back() == '\n');
  const auto json = nlohmann::json::parse(line);
  CHECK(json["type"] == "bench_interval");
  CHECK(json["time"] == "2026-02-02T02:40:02.000000Z");
  CHECK(json["time_s"] == 1770000002);
  CHECK(json["sent_per_s"] == 2.0 * static_cast<double>(interval.counters.sent));
  CHECK(json["received_from_due"]["percentiles_ns"]["p99"] == interval.received.at_percentile(99));
  CHECK_FALSE(json["received_from_due"].contains("hdr_histogram"));
}

TEST_CASE("every warning has its own name, and is found by it") {
  for (const WarningMeaning& entry : warning_meanings) {
    CHECK(&meaning(entry.warning) == &entry);
    CHECK(warning_named(entry.name) == entry.warning);
  }
  CHECK_FALSE(warning_named("no such warning"));
}
