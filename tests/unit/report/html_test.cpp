#include "report/html.hpp"

#include <doctest/doctest.h>

#include "report/chart_scale.hpp"
#include "report/markup.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("text cannot become markup") {
  CHECK(escaped("<b a=\"1\" c='2'>&") == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
  CHECK(escaped(std::string_view("a\0\x1b\xff\xC3\xA4", 6)) ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA4");
}

TEST_CASE("the page is whole, with every chart, and asks nobody for anything") {
  const NamedResult run{"run.json", some_result()};
  const std::string page = html_page(std::span(&run, 1));
  CHECK(occurrences(page, "<svg class=\"chart\"") == 4);
  CHECK(contains(page, "Messages were sent later than due"));
  CHECK(contains(page, "QoS 1: at least once"));
  CHECK(contains(page, ">warm-up<"));
  CHECK(contains(page, "<p class=\"origin\">2026-02-02 02:40:00 UTC on host-a (8 cores, "));
  for (const char* const outside :
       {"http:", "https:", "src=", "url(", "@import", "<script", "<link"})
    CHECK_FALSE(contains(page, outside));
  for (const char* const number : {"nan", "inf\"", "-inf"}) CHECK_FALSE(contains(page, number));
  CHECK(occurrences(page, "<section") == occurrences(page, "</section>"));
  CHECK(occurrences(page, "<table") == occurrences(page, "</table>"));
  CHECK(occurrences(page, "<div") == occurrences(page, "</div>"));
}

TEST_CASE("the last of an odd number of charts has the whole width") {
  NamedResult run{"run.json", some_result()};
  CHECK_FALSE(
      contains(html_page(std::span(&run, 1)), "<section class=\"card wide\"><h2>Latency by"));
  load::Latencies& latencies = run.result.measurement.latencies;
  for (load::Histogram* phase : {&latencies.connect, &latencies.tls, &latencies.connack})
    phase->reset();
  latencies.connack.record(1000, 19);  // too few for a curve
  const std::string page = html_page(std::span(&run, 1));
  CHECK(occurrences(page, "<svg class=\"chart\"") == 3);
  CHECK(contains(page, "<section class=\"card wide\"><h2>Latency by"));
}

TEST_CASE("connecting is no warm-up") {
  NamedResult run{"run.json", some_result()};
  run.result.setup.warmup = Duration(0);
  CHECK_FALSE(contains(html_page(std::span(&run, 1)), ">warm-up<"));
}

TEST_CASE("several runs are overlaid") {
  const NamedResult runs[] = {{"before", plain_result(1'000'000)},
                              {"after", plain_result(500'000)}};
  const std::string page = html_page(runs);
  CHECK(contains(page, "2 runs compared"));
  CHECK(contains(page, "before: p99"));
  CHECK(contains(page, "after: p99"));
}

TEST_CASE("everything that came from outside is escaped") {
  RunResult result = some_result();
  const std::string evil = "<script>x</script>\"'&";
  result.options = {{evil, evil}};
  result.verdicts = {{evil, false, evil}};
  result.measurement.failures = {{evil, 1}};
  result.processes[0].host = {evil, evil, 1, 1};
  result.tool_version = evil;
  const NamedResult runs[] = {{evil, result}, {evil, result}};
  for (const std::string& page : {html_page(runs), html_page(std::span(runs, 1))}) {
    CHECK_FALSE(contains(page, "<script"));
    CHECK(contains(page, "&lt;script&gt;"));
  }
}

TEST_CASE("a result without anything makes a page") {
  const NamedResult run{"empty", RunResult{}};
  CHECK(contains(html_page(std::span(&run, 1)), "</html>"));
  CHECK(contains(html_page({}), "</html>"));
}

TEST_CASE("axes have round values") {
  CHECK(round_values(0, 10, false, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  const auto decades = round_values(900, 2e7, true, 5);
  REQUIRE(decades.size() == 5);
  CHECK(decades.front() == doctest::Approx(1e3));
  CHECK(round_values(1000, 5000, true, 5).size() == 3);
  const Scale scale(10, 1000, 0, 200, true);
  CHECK(scale(100) == doctest::Approx(100));
  CHECK(scale(1e9) == 200);
}
