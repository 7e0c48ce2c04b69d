#include <doctest/doctest.h>

#include "bench/outcome.hpp"
#include "load/failures.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::bench;

namespace {

report::RunResult run_without_faults() {
  report::RunResult result;
  result.setup.publishers = 1;
  result.measurement.clients_connected = 1;
  result.measurement.whole_run.connects_started = 1;
  result.measurement.whole_run.sent = 100;
  return result;
}

ExitCode status_of(const report::RunResult& result) {
  return found_in(Settings(), result);
}

}  // namespace

TEST_CASE("every kind of failure is an error in the objectives, and in the exit status") {
  CHECK(status_of(run_without_faults()) == ExitCode::done);
  const auto objectives = report::parse_objectives("errors=0");
  REQUIRE(objectives);
  for (const load::FailureKind& kind : load::failure_kinds) {
    auto result = run_without_faults();
    result.measurement.whole_run.*kind.count = 3;
    CHECK(report::errors(result.measurement) == 3);
    CHECK_FALSE(report::evaluate(*objectives, result).front().met);
    const bool is_lost = kind.count == &load::Counters::connections_lost;
    CHECK(status_of(result) == (is_lost ? ExitCode::lost : kind.status));
  }
}

TEST_CASE("of several failures the gravest is the status") {
  auto result = run_without_faults();
  result.measurement.whole_run.unacknowledged = 1;
  CHECK(status_of(result) == ExitCode::no);
  result.measurement.whole_run.refused_here = 1;
  CHECK(status_of(result) == ExitCode::rejected);
  result.measurement.whole_run.connections_lost = 1;
  CHECK(status_of(result) == ExitCode::lost);
  result.measurement.whole_run.reconnects = 1;
  CHECK(status_of(result) == ExitCode::rejected);
  result.measurement.never_connected = {1, "bench-0", ExitCode::unreachable};
  CHECK(status_of(result) == ExitCode::unreachable);
}

TEST_CASE("clients that never connected: the status is what kept them away") {
  for (const ExitCode cause : {ExitCode::unreachable, ExitCode::refused, ExitCode::tls}) {
    auto result = run_without_faults();
    result.measurement.never_connected = {1, "bench-0", cause};
    CHECK(status_of(result) == cause);
    result.measurement.interrupted = true;
    CHECK(status_of(result) == ExitCode::done);
  }
}

TEST_CASE("a run that was stopped is not blamed for what it did not wait for") {
  auto result = run_without_faults();
  result.measurement.interrupted = true;
  result.measurement.whole_run.unacknowledged = 1;
  CHECK(status_of(result) == ExitCode::done);
  result.measurement.whole_run.refused = 1;
  CHECK(status_of(result) == ExitCode::rejected);
}
