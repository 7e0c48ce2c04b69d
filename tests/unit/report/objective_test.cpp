#include "report/objective.hpp"

#include <doctest/doctest.h>

#include "report/delivery.hpp"
#include "unit/report/results.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::report;

namespace {

Verdict verdict_of(std::string_view text, const RunResult& result) {
  const auto objectives = parse_objectives(text);
  REQUIRE_MESSAGE(objectives, objectives.error().text);
  REQUIRE(objectives->size() == 1);
  return evaluate(objectives->front(), result);
}

}  // namespace

TEST_CASE("objectives hold or do not, by their figure, operator and unit") {
  RunResult result = plain_result(1'000'000);
  result.measurement.delivery = {2000, 2, 0, 1};
  result.measurement.whole_run.connects_started = 10;
  const struct {
    const char* text;
    bool met;
  } cases[] = {
      {"p99<5ms", true},
      {"p99 < 1ms", false},
      {"P50>=1ms", true},
      {"max<1.1002ms", true},
      {"mean>1ms", true},
      {"mean>1.1ms", false},
      {"loss=0", false},
      {"loss==2", true},
      {"loss<=0.1%", true},
      {"loss<0.1%", false},
      {"duplicates=0", true},
      {"reordered=1", true},
      {"errors=0", true},
      {"rate>=1000/s", true},
      {"rate>1k/s", false},
      {"rate>=60k/m", true},
      {"received_rate=1000", true},
      {"received-rate>2k/s", false},
      {"received.p99.9<2ms", true},
  };
  for (const auto& each : cases) {
    CAPTURE(each.text);
    CHECK(verdict_of(each.text, result).met == each.met);
  }
  CHECK(verdict_of("loss<0.5%", result).found == "loss was 0.1 %");
  CHECK(verdict_of("rate>5/s", result).found == "rate was 1,000/s");
}

TEST_CASE("several objectives are told apart by commas, with white space as one likes") {
  const auto objectives = parse_objectives(" p99<5ms , loss=0,rate>=50000/s");
  REQUIRE(objectives);
  REQUIRE(objectives->size() == 3);
  CHECK(objectives->at(0).text == "p99<5ms");
  CHECK(objectives->at(0).value == 5e6);
  CHECK(objectives->at(2).comparison == Comparison::greater_or_equal);
  CHECK(evaluate(*objectives, plain_result(1000)).size() == 3);
}

TEST_CASE("what was not measured is not met") {
  RunResult nothing;
  nothing.setup.scenario = load::Scenario::publish;
  for (const char* const text :
       {"p99<5ms", "p99>=0s", "max<1s", "loss=0", "duplicates=0", "errors=0", "rate<=1000000/s",
        "received_rate<5/s", "lateness.p99<1s"}) {
    CAPTURE(text);
    const Verdict verdict = verdict_of(text, nothing);
    CHECK_FALSE(verdict.met);
    CHECK(verdict.found == "nothing was measured");
  }
}

TEST_CASE("a plain percentile is that of the scenario") {
  RunResult result;
  result.measurement.latencies.connack.record(1'000'000);
  result.measurement.latencies.acknowledged_from_due.record(2'000'000);
  result.measurement.latencies.received_from_due.record(4'000'000);
  for (const auto& [scenario, text] : {std::pair{load::Scenario::connect, "p50<1.5ms"},
                                       std::pair{load::Scenario::publish, "ack.p50<2.5ms"},
                                       std::pair{load::Scenario::roundtrip, "p50>3ms"}}) {
    result.setup.scenario = scenario;
    CHECK(verdict_of(text, result).met);
  }
  result.setup.scenario = load::Scenario::publish;
  CHECK(verdict_of("p50<2.5ms", result).met);
  CHECK(verdict_of("p50>1.5ms", result).met);
  CHECK(verdict_of("connack.max<1.1ms", result).met);
}

TEST_CASE("what is no objective is an error that helps") {
  const struct {
    const char* text;
    const char* words;
  } cases[] = {
      {"", "an objective is empty"},
      {"p99<5ms,", "an objective is empty"},
      {"p99", "no comparison"},
      {"p99<5", "needs its unit, such as 5ms"},
      {"p99<fast", "p99<fast"},
      {"p99<", "p99<"},
      {"p101<5ms", "no metric \"p101\""},
      {"los=0", "did you mean \"loss\"?"},
      {"recieved_rate>5/s", "did you mean \"received-rate\"?"},
      {"xyzzy=1", "there are p50"},
      {"loss=-1", "loss=-1"},
      {"loss<101%", "loss<101%"},
      {"rate>=5ms", "rate>=5ms"},
      {"p99=<5ms", "p99=<5ms"},
      {"\x1b[1mp9<5ms", "\\u001b"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.text);
    const auto objectives = parse_objectives(each.text);
    REQUIRE_FALSE(objectives);
    CHECK(objectives.error().code == ExitCode::usage);
    CHECK_MESSAGE(objectives.error().text.find(each.words) != std::string::npos,
                  objectives.error().text);
    CHECK(objectives.error().text.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("each QoS promises something else") {
  using protocol::Qos;
  const struct {
    Qos qos;
    load::Delivery delivery;
    bool met;
  } cases[] = {
      {Qos::at_most_once, {10, 3, 0, 0}, true},  {Qos::at_most_once, {10, 0, 1, 0}, false},
      {Qos::at_least_once, {10, 0, 4, 1}, true}, {Qos::at_least_once, {10, 1, 0, 0}, false},
      {Qos::exactly_once, {10, 0, 0, 1}, true},  {Qos::exactly_once, {10, 1, 0, 0}, false},
      {Qos::exactly_once, {10, 0, 1, 0}, false},
  };
  for (const auto& each : cases) {
    RunResult result;
    result.setup.publish_qos = each.qos;
    result.setup.subscribe_qos = Qos::exactly_once;
    result.measurement.delivery = each.delivery;
    const auto verdict = promise(result);
    REQUIRE(verdict);
    CAPTURE(verdict->objective);
    CAPTURE(verdict->found);
    CHECK(verdict->met == each.met);
  }
  CHECK_FALSE(promise(RunResult{}));
}

TEST_CASE("messages are delivered at the lower QoS of both, within what the broker offers") {
  RunResult result;
  result.setup.scenario = load::Scenario::roundtrip;
  result.setup.publish_qos = protocol::Qos::exactly_once;
  result.setup.subscribe_qos = protocol::Qos::exactly_once;
  CHECK(delivered_qos(result) == protocol::Qos::exactly_once);
  result.measurement.broker.maximum_qos = protocol::Qos::at_least_once;
  CHECK(delivered_qos(result) == protocol::Qos::at_least_once);
  result.setup.subscribe_qos = protocol::Qos::at_most_once;
  CHECK(delivered_qos(result) == protocol::Qos::at_most_once);
  result.setup.scenario = load::Scenario::publish;
  CHECK(delivered_qos(result) == protocol::Qos::at_least_once);
  result.setup.scenario = load::Scenario::subscribe;
  CHECK(delivered_qos(result) == protocol::Qos::at_most_once);
}
