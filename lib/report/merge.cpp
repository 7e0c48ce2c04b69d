#include "report/merge.hpp"

#include <algorithm>
#include <limits>

#include "report/objective.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::report {
namespace {

/// Clients and rates are shared among processes; times, sizes and QoS are everyone's.
void add_setup(Setup& sum, const Setup& other) {
  sum.publishers += other.publishers;
  sum.subscribers += other.subscribers;
  sum.idle_clients += other.idle_clients;
  sum.rate += other.rate;
  sum.connect_rate += other.connect_rate;
  sum.churn_rate += other.churn_rate;
  sum.messages += other.messages;
  sum.threads += other.threads;
  sum.duration = std::max(sum.duration, other.duration);
  sum.loopback_addresses = std::max(sum.loopback_addresses, other.loopback_addresses);
}

void add_warnings(std::vector<load::Warning>& sum, const std::vector<load::Warning>& other) {
  for (const load::Warning warning : other)
    if (std::find(sum.begin(), sum.end(), warning) == sum.end()) sum.push_back(warning);
}

/// All but the intervals.
void add_measurement(load::Measurement& sum, const load::Measurement& other) {
  sum.measured = std::max(sum.measured, other.measured);
  sum.interrupted = sum.interrupted || other.interrupted;
  sum.counters.add(other.counters);
  sum.whole_run.add(other.whole_run);
  sum.latencies.merge(other.latencies);
  sum.delivery.add(other.delivery);
  for (const auto& [reason, count] : other.failures) sum.failures[reason] += count;
  sum.clients_connected += other.clients_connected;
  sum.never_connected.add(other.never_connected);
  sum.connecting = std::max(sum.connecting, other.connecting);
  sum.workers.insert(sum.workers.end(), other.workers.begin(), other.workers.end());
  sum.late.add(other.late);
  sum.steal = std::max(sum.steal, other.steal);
  add_warnings(sum.warnings, other.warnings);
}

void add(RunResult& sum, const RunResult& other) {
  add_setup(sum.setup, other.setup);
  add_measurement(sum.measurement, other.measurement);
  sum.processes.insert(sum.processes.end(), other.processes.begin(), other.processes.end());
  for (const Verdict& verdict : other.verdicts) {
    const bool known = std::any_of(sum.verdicts.begin(), sum.verdicts.end(),
                                   [&](const auto& v) { return v.objective == verdict.objective; });
    if (!known) sum.verdicts.push_back(verdict);
  }
  if (sum.calibrated_rate && other.calibrated_rate) {
    *sum.calibrated_rate += *other.calibrated_rate;
  } else {
    sum.calibrated_rate.reset();
  }
}

/// An objective holds for the whole or not at all: what it said of each part says nothing of it.
void judge_anew(RunResult& result) {
  for (Verdict& verdict : result.verdicts) {
    const auto objectives = parse_objectives(verdict.objective);
    if (objectives && objectives->size() == 1) verdict = evaluate(objectives->front(), result);
  }
}

constexpr std::int64_t a_day = 86'400'000'000'000;

bool ran_together(const RunResult& a, const RunResult& b) {
  const auto since = [](const RunResult& each) { return each.measurement.started_unix_ns; };
  return std::max(since(a), since(b)) - std::min(since(a), since(b)) <= a_day;
}

Status check(std::span<const RunResult> results) {
  if (results.empty()) return fail(ExitCode::usage, "there is no result to merge");
  const Setup& first = results.front().setup;
  if (first.interval.count() <= 0)
    return fail(ExitCode::usage, "the first result has no interval length");
  for (const RunResult& each : results) {
    if (each.setup.scenario != first.scenario)
      return fail(ExitCode::usage, "results of different scenarios cannot be merged: " +
                                       std::string(name(first.scenario)) + " and " +
                                       std::string(name(each.setup.scenario)));
    if (each.setup.interval != first.interval)
      return fail(ExitCode::usage, "results of different interval lengths cannot be merged");
    if (each.setup.publish_qos != first.publish_qos ||
        each.setup.subscribe_qos != first.subscribe_qos)
      return fail(ExitCode::usage, "results of different QoS cannot be merged");
    if (!ran_together(each, results.front()))
      return fail(ExitCode::usage,
                  "results that began more than a day apart are not of one run: compare them");
  }
  return {};
}

}  // namespace

Result<RunResult> merge(std::span<const RunResult> results) {
  if (const auto status = check(results); !status) return tl::unexpected(status.error());
  RunResult sum = results.front();
  std::int64_t started = std::numeric_limits<std::int64_t>::max();
  for (const RunResult& each : results)
    started = std::min(started, each.measurement.started_unix_ns);
  Series series;
  for (const RunResult& each : results) {
    const Duration late(each.measurement.started_unix_ns - started);
    for (const load::Interval& interval : each.measurement.intervals)
      series.add(interval, late, sum.setup.interval);
  }
  for (const RunResult& each : results.subspan(1)) add(sum, each);
  sum.measurement.started_unix_ns = started;
  sum.measurement.intervals = series.intervals();
  judge_anew(sum);
  return sum;
}

}  // namespace mqtt_toolbox::report
