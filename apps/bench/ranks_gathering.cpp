#include "bench/ranks_gathering.hpp"

#include <algorithm>
#include <cstdio>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "report/merge.hpp"

namespace mqtt_toolbox::bench {
namespace {

void add_worker_use(report::Process& process, const load::Interval& interval, Duration length,
                    std::uint32_t threads) {
  process.workers.assign(threads,
                         {interval.cpu / threads, std::chrono::duration<double>(length).count()});
}

void add_uses(std::vector<load::WorkerUse>& sum, const std::vector<load::WorkerUse>& more) {
  if (sum.size() < more.size()) sum.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) {
    sum[i].cpu += more[i].cpu;
    sum[i].wall += more[i].wall;
    sum[i].run_queue += more[i].run_queue;
  }
}

/// A later part of the same rank. Its latencies stand in its interval alone.
void append(report::RunResult& sum, const report::RunResult& part) {
  load::Measurement& whole = sum.measurement;
  const load::Measurement& more = part.measurement;
  whole.measured += more.measured;
  whole.counters.add(more.counters);
  whole.whole_run.add(more.whole_run);
  for (const load::Interval& interval : more.intervals) {
    if (interval.warmup) continue;
    whole.latencies.acknowledged_from_due.merge(interval.acknowledged);
    whole.latencies.received_from_due.merge(interval.received);
  }
  add_uses(sum.processes.front().workers, part.processes.front().workers);
}

std::string host_of(const report::RunResult& result) {
  return result.processes.empty() ? "" : printable(result.processes.front().host.name, 100);
}

constexpr std::string_view unknown_host = "(unknown)";

/// "4 the broker refused ...": an exit code and its text.
Error error_in(std::string_view text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  const auto code = parse_unsigned(text.substr(0, space), 1, 255);
  return {code ? static_cast<ExitCode>(*code) : ExitCode::io,
          printable(text.substr(std::min(space + 1, text.size())), 1000)};
}

}  // namespace

report::RunResult part_of(const load::Plan& plan, const load::Interval* interval, Duration length) {
  load::Measurement measurement;
  measurement.plan = plan;
  measurement.interrupted = true;  // until the whole takes its place
  if (interval != nullptr) {
    measurement.whole_run = interval->counters;
    measurement.intervals.push_back(*interval);
  }
  if (interval != nullptr && !interval->warmup) {
    measurement.measured = length;
    measurement.counters = interval->counters;
  }
  auto part =
      report::make_result(std::move(measurement), MQTT_TOOLBOX_VERSION, report::this_host(), {});
  if (interval != nullptr && !interval->warmup)
    add_worker_use(part.processes.front(), *interval, length, std::max(1u, plan.threads));
  return part;
}

std::string message_of(const report::RunResult& result) {
  std::string text;
  report::append_json(text, result);
  return text;
}

std::string message_of(const Error& error) {
  return std::to_string(static_cast<int>(error.code)) + " " + error.text;
}

Status Gathering::take(const load::RankMessage& message) {
  if (message.rank >= ranks_.size())
    return fail(ExitCode::io, "a message of rank " + std::to_string(message.rank) + ", of " +
                                  std::to_string(ranks_.size()));
  if (message.word == load::RankWord::failure) {
    add_failure(message.rank, error_in(message.text));
    return {};
  }
  auto result = report::parse_result(message.text);
  if (result && result->processes.size() == 1) {
    if (message.word == load::RankWord::part)
      add_part(message.rank, *result);
    else
      add_whole(message.rank, std::move(*result));
    return {};
  }
  return fail(ExitCode::io, "rank " + std::to_string(message.rank) + " sent " +
                                (result ? "no result of one process" : result.error().text));
}

void Gathering::add_part(std::uint32_t number, const report::RunResult& part) {
  Rank& rank = ranks_[number];
  for (const load::Interval& interval : part.measurement.intervals) {
    series_.add(interval, {}, part.setup.interval);
    rank.has_intervals = true;
  }
  if (!rank.parts) {
    rank.parts = part;
    rank.parts->measurement = {};
    rank.parts->processes.front().workers.clear();
  }
  append(*rank.parts, part);
}

std::vector<load::Interval> Gathering::series(Detail detail) const {
  std::vector<load::Interval> all = series_.intervals();
  if (detail == Detail::everything) return all;
  for (load::Interval& interval : all) interval.acknowledged = interval.received = {};
  return all;
}

void Gathering::add_whole(std::uint32_t number, report::RunResult whole) {
  if (ranks_[number].has_ended()) return;
  whole.measurement.intervals.clear();
  ranks_[number].whole = std::move(whole);
}

void Gathering::add_failure(std::uint32_t number, Error error) {
  if (!ranks_[number].has_ended()) ranks_[number].failure = std::move(error);
}

bool Gathering::is_complete() const {
  return std::all_of(ranks_.begin(), ranks_.end(),
                     [](const Rank& rank) { return rank.has_ended(); });
}

bool Gathering::has_failures() const {
  return std::any_of(ranks_.begin(), ranks_.end(),
                     [](const Rank& rank) { return rank.failure.has_value(); });
}

report::RunResult Gathering::result_of(const Rank& rank) const {
  if (rank.whole) return *rank.whole;
  report::RunResult result = *rank.parts;
  load::Measurement& measurement = result.measurement;
  measurement.interrupted = true;
  measurement.warnings = {load::Warning::incomplete};
  measurement.clients_connected = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(measurement.whole_run.connects_succeeded, result.setup.clients()));
  measurement.workers = result.processes.front().workers;
  result.processes.front().complete = false;
  if (rank.failure) measurement.failures[rank.failure->text] += 1;
  return result;
}

Result<report::RunResult> Gathering::result(std::int64_t barrier_unix_ns, Detail detail) const {
  std::vector<report::RunResult> results;
  const Rank* failed = nullptr;
  bool any_measured = false;
  for (const Rank& rank : ranks_) {
    if (rank.failure && failed == nullptr) failed = &rank;
    if (!rank.whole && !rank.parts) continue;
    any_measured = any_measured || rank.has_measured();
    results.push_back(result_of(rank));
    results.back().measurement.started_unix_ns += barrier_unix_ns;
  }
  if (!any_measured && failed != nullptr) {
    const std::string host = failed->parts ? host_of(*failed->parts) : std::string(unknown_host);
    return fail(failed->failure->code, "rank " + std::to_string(failed - ranks_.data()) + " on " +
                                           host + ": " + failed->failure->text);
  }
  if (!any_measured) return fail(ExitCode::no, "ended before anything was measured");
  return report::merge(results).map([&](report::RunResult&& merged) {
    merged.measurement.intervals = series(detail);
    return std::move(merged);
  });
}

void append_ranks(std::string& out, const report::RunResult& result) {
  if (result.processes.size() < 2) return;
  for (std::size_t rank = 0; rank < result.processes.size(); ++rank) {
    const report::Process& process = result.processes[rank];
    char text[80];
    std::snprintf(text, sizeof text, ": busiest core %.0f %%, %zu threads%s\n",
                  100 * process.busiest(), process.workers.size(),
                  process.complete ? "" : ", INCOMPLETE");
    out += "rank " + std::to_string(rank) + " on " + printable(process.host.name, 100) + text;
  }
}

}  // namespace mqtt_toolbox::bench
