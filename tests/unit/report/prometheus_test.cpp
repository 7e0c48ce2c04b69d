#include "report/prometheus.hpp"

#include <regex>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("counters, gauges and summaries stand in the exposition") {
  const RunResult result = plain_result(1'000'000);
  Exposition exposition(result.setup);
  for (const load::Interval& interval : result.measurement.intervals) exposition.update(interval);
  const std::string text = exposition.text();
  const std::string labels = R"({scenario="roundtrip",qos="1",loop="open"})";
  CHECK(contains(
      text, "# TYPE mqtt_bench_sent_total counter\nmqtt_bench_sent_total" + labels + " 2000\n"));
  CHECK(contains(text, "mqtt_bench_elapsed_seconds" + labels + " 2\n"));
  CHECK(contains(text, "mqtt_bench_received_latency_seconds_count" + labels + " 2000\n"));
  CHECK(contains(text, R"(loop="open",quantile="0.99"} 0.00109)"));
  CHECK(contains(text, R"(mqtt_bench_acknowledged_latency_seconds{scenario="roundtrip",qos="1",)"
                       R"(loop="open",quantile="0.5"} NaN)"));
}

TEST_CASE("every line is one of the format's, and each metric has one help and one type") {
  const std::string text = Exposition(Setup{}).text();
  const std::regex sample(R"(mqtt_bench_[a-z_]+\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\} \S+)");
  const std::regex comment(R"(# (HELP|TYPE) (mqtt_bench_[a-z_]+) .+)");
  std::istringstream stream(text);
  std::set<std::string> comments;
  CHECK(text.back() == '\n');
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_match(line, match, comment)) {
      CHECK(comments.insert(match[1].str() + match[2].str()).second);
    } else {
      CHECK_MESSAGE(std::regex_match(line, sample), line);
    }
  }
}
