#include "report/summary.hpp"

#include <sstream>

#include <doctest/doctest.h>

#include "report/latency.hpp"
#include "report/summary_bars.hpp"
#include "report/summary_text.hpp"
#include "report/warning.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

std::string summary_of(const RunResult& result) {
  std::string text;
  append_summary(text, result);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("times and counts for people") {
  CHECK(show_nanoseconds(0) == "0 ns");
  CHECK(show_nanoseconds(999) == "999 ns");
  CHECK(show_nanoseconds(999.6) == "1.00 us");
  CHECK(show_nanoseconds(12'345) == "12.3 us");
  CHECK(show_nanoseconds(99'960) == "100 us");
  CHECK(show_nanoseconds(1.5e6) == "1.50 ms");
  CHECK(show_nanoseconds(999.7e6) == "1.00 s");
  CHECK(show_nanoseconds(3600e9) == "3600 s");
  CHECK(show_nanoseconds(100'123'000, 5) == "100.12 ms");
  CHECK(show_nanoseconds(9'999'960, 4) == "10.00 ms");
  CHECK(show_nanoseconds(999'960, 4) == "1.000 ms");
  CHECK(show_nanoseconds(12'345, 4) == "12.35 us");
  CHECK(show_count(0) == "0");
  CHECK(show_count(0.5) == "0.5");
  CHECK(show_count(999) == "999");
  CHECK(show_count(1000) == "1,000");
  CHECK(show_count(9'999'999) == "9,999,999");
  CHECK(show_count(12'345'678) == "12.3 M");
  CHECK(show_count(2.5e9) == "2.50 G");
}

TEST_CASE("the summary fits a screen, with everything in it") {
  RunResult result = some_result();
  for (const bool more : {false, true}) {
    if (more) {
      result.measurement.warnings.push_back(load::Warning::few_samples);
      result.verdicts.push_back({"loss=0", false, "loss was 3"});
    }
    const std::string text = summary_of(result);
    const auto lines = lines_of(text);
    CHECK(lines.size() <= (more ? 29 : 26));
    for (const std::string& line : lines) CHECK_MESSAGE(line.size() <= 80, line);
  }
  result.measurement.warnings.clear();
  CHECK(lines_of(summary_of(result)).size() <= 23);
}

TEST_CASE("the summary says what was run, and what was found") {
  const std::string text = summary_of(some_result());
  CHECK(contains(text, "roundtrip, open loop: 50,000 messages/s (poisson), QoS 1, 64 bytes"));
  CHECK(
      contains(text, "10 publishers, 5 subscribers, 2 threads; 2.00 s measured after 1 s warm-up"));
  CHECK(contains(text, "received from due"));
  CHECK(contains(text, "uncorrected"));
  CHECK(contains(text, "QoS 1: at least once held: 0 lost, 3 duplicated, 2 reordered of 100,000"));
  CHECK(contains(text, "p99<5ms met: p99 was 3.20 ms"));
  CHECK(contains(text, "7 x connection refused"));
  CHECK(contains(text, "warning: Messages were sent later than due"));
  CHECK(contains(text, "busiest core 75 %"));
}

TEST_CASE("a summary states the QoS of both sides, and who got each message") {
  RunResult result = plain_result(1000);
  CHECK_FALSE(contains(summary_of(result), "each message"));
  result.measurement.delivery.expected = 3 * result.measurement.whole_run.sent;
  CHECK(contains(summary_of(result), " (each message to 3), "));
  result.setup.subscribe_qos = protocol::Qos::at_most_once;
  CHECK(contains(what_was_run(result), "QoS 1, subscribed at QoS 0, 64 bytes"));
  result.setup.scenario = load::Scenario::publish;
  CHECK(contains(what_was_run(result), "QoS 1, 64 bytes"));
}

TEST_CASE("a summary states the QoS that was asked for, and what the broker offers") {
  RunResult result = plain_result(1000);
  result.setup.publish_qos = protocol::Qos::exactly_once;
  result.setup.scenario = load::Scenario::publish;
  result.measurement.broker.maximum_qos = protocol::Qos::at_least_once;
  CHECK(contains(what_was_run(result), "QoS 2 (the broker offers QoS 1), 64 bytes"));
}

TEST_CASE("what was not acknowledged, what was refused here and what is foreign are to be seen") {
  RunResult result = plain_result(1000);
  CHECK(contains(summary_of(result), "\nacknowledged                0 "));
  result.measurement.counters.refused = 3;
  result.measurement.counters.refused_here = 4;
  result.measurement.counters.foreign = 12'345;
  const std::string text = summary_of(result);
  CHECK(contains(text, "\nrefused                     7 "));
  CHECK(contains(text, "  foreign: 12,345\n"));
  result.setup.publish_qos = protocol::Qos::at_most_once;
  CHECK_FALSE(contains(summary_of(result), "\nacknowledged"));
}

TEST_CASE(
    "a warning of late messages names who made them late, how much of it, and the right mend") {
  RunResult result = plain_result(1000);
  result.measurement.warnings = {load::Warning::sends_late};
  result.measurement.late = {10, 9};
  const auto warning = [&] { return text_of(load::Warning::sends_late, result.measurement); };
  CHECK(contains(warning().cause, "90 % of that because the broker took no more"));
  CHECK(contains(warning().mend, "--inflight"));
  result.measurement.late.held_up = 0;
  result.measurement.workers = {{0.1, 10, 0.9}};
  CHECK(contains(warning().cause, "90 % of that because other programs had the core"));
  CHECK_FALSE(contains(warning().mend, "--rate"));
  CHECK(contains(summary_of(result), "warning: Messages were sent later than due, 90 % of that"));
}

TEST_CASE("how fast clients connected has nothing to do with how long they were held") {
  RunResult result;
  result.setup.scenario = load::Scenario::connect;
  result.measurement.measured = std::chrono::seconds(12);
  result.measurement.connecting = std::chrono::seconds(2);
  result.measurement.clients_connected = 1000;
  result.measurement.counters.connects_succeeded = 1000;
  CHECK(contains(summary_of(result), "connected               1,000             500"));
}

TEST_CASE("addresses that were taken without being asked for are told") {
  RunResult result = plain_result(1000);
  CHECK_FALSE(contains(with_whom(result), "127"));
  result.setup.loopback_addresses = 2;
  CHECK(contains(with_whom(result), "5 subscribers from 2 addresses of 127.0.0.0/8, 2 threads"));
}

TEST_CASE("bars between near values are told apart") {
  RunResult result = plain_result(1000);
  load::Histogram& histogram = result.measurement.latencies.received_from_due;
  histogram.reset();
  for (std::uint64_t i = 0; i < 1000; ++i) histogram.record(100'000'000 + i * 1000);
  const std::string text = summary_of(result);
  CHECK(contains(text, " 100.0 ms to  100.2 ms |"));
  CHECK_FALSE(contains(text, "100 ms to"));
}

TEST_CASE("a closed loop is called one, and a broken promise too") {
  RunResult result = plain_result(1000);
  result.setup.rate = 0;
  result.measurement.delivery.lost = 1;
  const std::string text = summary_of(result);
  CHECK(contains(text, "closed loop"));
  CHECK_FALSE(contains(text, "\ndue "));
  CHECK(contains(text, "QoS 1: at least once BROKEN: 1 lost"));
  CHECK(contains(text, "errors: none"));
}

TEST_CASE("a run without anything has a summary") {
  const std::string text = summary_of(RunResult{});
  CHECK(contains(text, "no messages were counted"));
}

TEST_CASE("texts from outside do not reach the terminal raw") {
  RunResult result = plain_result(1000);
  result.measurement.whole_run.connects_failed = 1;
  result.measurement.failures = {{"\x1b[31mred\x9b", 1}};
  const std::string text = summary_of(result);
  for (const char c : text) CHECK((c == '\n' || (c >= 0x20 && c < 0x7F)));
}

TEST_CASE("wrapping breaks at spaces, and long words where it must") {
  CHECK(wrapped("aa bb cc", 5, "  ") == std::vector<std::string>{"aa bb", "  cc"});
  CHECK(wrapped("aaaaaaaa", 4, " ") == std::vector<std::string>{"aaaa", " aaa", " a"});
  CHECK(wrapped("", 4, " ").empty());
}

TEST_CASE("bars hold every value once") {
  load::Histogram histogram;
  for (std::uint64_t i = 1; i <= 10'000; ++i) histogram.record(i * 100);
  histogram.record(50'000'000);
  for (std::size_t count = 2; count <= 8; ++count) {
    const auto bars = bars_of(histogram, count);
    std::uint64_t sum = 0;
    for (const Bar& bar : bars) sum += bar.count;
    CHECK(sum == histogram.count());
    CHECK(bars.back().high == 50'000'000);
  }
  load::Histogram one;
  one.record(5);
  const auto bars = bars_of(one, 8);
  REQUIRE(bars.size() == 1);
  CHECK(bars[0].count == 1);
  CHECK(bars_of(load::Histogram(), 8).empty());
}

TEST_CASE("the live line has what matters, and as much as there is room for") {
  const RunResult result = plain_result(1'000'000);
  load::Interval interval = result.measurement.intervals[0];
  interval.in_flight = 12;
  load::Counters total = interval.counters;
  total.refused = 3;
  const auto line = [&](std::size_t width) {
    return live_line(interval, total, result.setup, std::chrono::seconds(1), width);
  };
  const std::string wide = line(120);
  CHECK(contains(wide, "1 s  1,000 sent/s, 1,000 received/s  p50 1."));
  CHECK(contains(wide, "errors 3"));
  CHECK(contains(wide, "in flight 12"));
  CHECK(contains(wide, "33%"));
  CHECK(contains(wide, "[######"));
  for (std::size_t width = 20; width < 130; ++width) CHECK(line(width).size() <= width);
}

TEST_CASE("the live line has no bar when the end is not known, and one by messages") {
  RunResult result = plain_result(1000);
  result.setup.duration = {};
  const load::Interval& interval = result.measurement.intervals[0];
  const auto line = [&] {
    return live_line(interval, interval.counters, result.setup, std::chrono::seconds(1), 120);
  };
  CHECK_FALSE(contains(line(), "%"));
  result.setup.messages = 4000;
  CHECK(contains(line(), "25%"));
}
