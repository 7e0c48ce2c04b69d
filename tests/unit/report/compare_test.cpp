#include "report/compare.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "report/statistics.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

std::vector<RunResult> runs(std::initializer_list<std::uint64_t> latencies) {
  std::vector<RunResult> all;
  for (const std::uint64_t latency : latencies) all.push_back(plain_result(latency, latency));
  return all;
}

ComparisonReport comparison(const std::vector<RunResult>& before,
                            const std::vector<RunResult>& after) {
  auto report = compare(before, after);
  REQUIRE_MESSAGE(report, report.error().text);
  return *report;
}

FigureComparison figure_of(const ComparisonReport& report, std::string_view name) {
  const auto found = std::find_if(report.figures.begin(), report.figures.end(),
                                  [&](const auto& figure) { return figure.name == name; });
  REQUIRE(found != report.figures.end());
  return *found;
}

}  // namespace

TEST_CASE("Welch's interval is that of the textbook") {
  // The reach comes from a numerical integration of the density with 5.752 degrees of freedom.
  const double before[] = {27.5, 21.0, 19.0, 23.6, 17.0};
  const double after[] = {27.1, 22.0, 20.8, 23.4, 23.4, 23.5};
  const auto interval = welch_interval(before, after);
  REQUIRE(interval);
  CHECK((interval->low + interval->high) / 2 == doctest::Approx(23.3667 - 21.62).epsilon(1e-4));
  CHECK(interval->high - interval->low == doctest::Approx(2 * 5.007795).epsilon(1e-3));
  CHECK_FALSE(welch_interval(std::span(before, 1), after));
}

TEST_CASE("the interval holds the true ratio in nineteen of twenty experiments") {
  Random random(7);
  std::lognormal_distribution<double> noise(0, 0.1);
  int held = 0;
  constexpr int experiments = 2000;
  for (int i = 0; i < experiments; ++i) {
    std::vector<double> before(4), after(5);
    for (double& value : before) value = 100 * noise(random);
    for (double& value : after) value = 130 * noise(random);
    const auto interval = ratio_interval(before, after);
    REQUIRE(interval);
    held += interval->low <= 1.3 && 1.3 <= interval->high;
  }
  CHECK(held > experiments * 0.935);
  CHECK(held < experiments * 0.97);
}

TEST_CASE("better, worse and no difference") {
  const auto base = runs({1'000'000, 1'050'000, 1'020'000});
  const auto faster = runs({500'000, 520'000, 510'000});
  const auto alike = runs({1'010'000, 1'040'000, 1'000'000});
  CHECK(figure_of(comparison(base, faster), "p99").change == Change::better);
  CHECK(figure_of(comparison(faster, base), "p99").change == Change::worse);
  CHECK(figure_of(comparison(base, alike), "p99").change == Change::no_difference);
  const auto figure = figure_of(comparison(base, faster), "p50");
  REQUIRE(figure.interval);
  CHECK(figure.interval->low < *figure.ratio);
  CHECK(*figure.ratio < figure.interval->high);
  CHECK(*figure.ratio == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("of rates, more is better") {
  auto base = runs({1000, 1000}), more = base;
  for (std::size_t i = 0; i < 2; ++i) {
    more[i].measurement.counters.sent += 1000 + 10 * i;
    base[i].measurement.counters.sent += 10 * i;
  }
  CHECK(figure_of(comparison(base, more), "rate").change == Change::better);
  CHECK(figure_of(comparison(more, base), "rate").change == Change::worse);
}

TEST_CASE("with one run on a side there is a ratio and no verdict, and the text says why") {
  const ComparisonReport report = comparison(runs({1000}), runs({2000, 2000}));
  for (const FigureComparison& figure : report.figures) {
    CHECK(figure.change == Change::unknown);
    CHECK_FALSE(figure.interval);
  }
  CHECK(figure_of(report, "p50").ratio);
  std::string text;
  append_comparison(text, report);
  CHECK(text.find("one run on a side gives no interval") != text.npos);
}

TEST_CASE("zeros have no ratio, but a verdict") {
  auto before = runs({1000, 1000, 1000}), after = before;
  CHECK(figure_of(comparison(before, after), "loss").change == Change::no_difference);
  for (RunResult& run : after) run.measurement.delivery.lost = 50;
  const auto report = comparison(before, after);
  const auto figure = figure_of(report, "loss");
  CHECK_FALSE(figure.ratio);
  CHECK(figure.after == 50);
  CHECK(figure.change == Change::worse);
}

TEST_CASE("the table fits a screen, and JSON says the same") {
  auto after = runs({500'000, 520'000});
  after[0].setup.payload_bytes = 1024;
  const auto report = comparison(runs({1'000'000, 1'010'000}), after);
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0] == "payload bytes: 64 and 1024");
  std::string text, json;
  append_comparison(text, report);
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    CHECK(text.find('\n', at) - at <= 80);
  append_comparison_json(json, report);
  const auto document = nlohmann::json::parse(json);
  CHECK(document["type"] == "bench_comparison");
  CHECK(document["figures"].size() == report.figures.size());
  CHECK(document["figures"][2]["unit"] == "ns");
  CHECK(document["figures"][2]["change"] == "better");
}

TEST_CASE("what cannot be compared is refused") {
  const auto one = runs({1000});
  CHECK_FALSE(compare({}, one));
  CHECK_FALSE(compare(one, {}));
  auto other = one;
  other[0].setup.scenario = load::Scenario::publish;
  CHECK_FALSE(compare(one, other));
}
