#include "load/bench.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <time.h>

#include "load/file_limit.hpp"
#include "load/machine.hpp"
#include "load/prepared.hpp"
#include "load/warnings.hpp"
#include "load/worker.hpp"

namespace mqtt_toolbox::load {

namespace {

/// Goes on while the system sleeps, and is not slewed; nanoseconds beyond CLOCK_MONOTONIC.
Duration clock_offset() {
  timespec monotonic{};
  timespec boot{};
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  return std::chrono::seconds(boot.tv_sec - monotonic.tv_sec) +
         Duration(boot.tv_nsec - monotonic.tv_nsec);
}

/// Intervals that wait for a worker's report.
constexpr std::size_t most_open = 8;

}  // namespace

/// The calling thread's side: tells all workers when, and adds up what they report.
struct Bench::State final : WorkerEvents {
  explicit State(std::unique_ptr<Prepared> prepared) : run(std::move(prepared)) {}

  // Called in the workers' threads.
  void on_connected(Worker&) override {
    inbox->post([this] { one_connected(); });
  }
  void on_report(Worker& worker, Report* report) override {
    report->worker = worker.index();
    inbox->post([this, report] {
      take(*report);
      workers[report->worker]->take_back(report);
    });
  }
  void on_all_sent(Worker&, bool stopped_early) override {
    inbox->post([this, stopped_early] {
      incomplete = incomplete || stopped_early;
      if (++all_sent == publishing_workers()) end_now();
    });
  }
  void on_all_dead(Worker&) override {
    inbox->post([this] {
      if (++dead == workers.size()) all_are_dead();
    });
  }
  void on_draining(Worker&) override {
    inbox->post([this] { one_drains(); });
  }
  void on_done(Worker&) override {
    inbox->post([this] {
      if (++done == workers.size()) loop->stop();
    });
  }

  // All below in the calling thread.
  Result<Measurement> go(transport::Loop& its_loop, const OnInterval& its_on_interval);
  Status make_workers();
  Status launch();
  void one_connected();
  void begin();
  void end_now();
  void all_are_dead();
  void interrupt();
  void one_drains();
  void watch_drain();
  std::uint64_t expected_deliveries() const;
  void close_all();
  void take(const Report& report);
  void add_to_interval(const Report& report);
  void tell_intervals();
  bool joins_next(Time whole) const;
  void tell(Interval interval);
  std::size_t publishing_workers() const;
  std::vector<std::uint64_t> sent_by_stream() const;
  Result<Measurement> result();
  void add_workers();
  void add_deliveries();
  void add_group(std::uint32_t group, const std::vector<std::uint64_t>& sent);

  std::unique_ptr<Prepared> run;
  std::vector<std::unique_ptr<Worker>> workers;
  transport::Loop* loop = nullptr;
  const OnInterval* on_interval = nullptr;
  std::optional<transport::Inbox> inbox;
  std::optional<transport::Loop::Timer> drain_timer;
  Measurement measurement;
  Times times;
  Time drain_deadline = never;
  Duration offset_at_start{};
  MachineTime machine_at_start;
  struct OpenInterval {
    Interval interval;
    std::size_t reports = 0;
  };
  std::map<Time, OpenInterval> open_intervals;  ///< by their ends
  std::vector<Time> reported;                   ///< by worker: the end of its last report
  std::size_t connected = 0;
  std::size_t all_sent = 0;
  std::size_t dead = 0;
  std::size_t draining = 0;
  std::size_t done = 0;
  bool ending = false;
  bool closing = false;
  bool incomplete = false;
  bool interrupted = false;
};

/// ExitCode::io without descriptors for them.
Status Bench::State::make_workers() {
  inbox.emplace(*loop);
  if (!inbox->made()) return inbox->made();
  for (std::uint32_t i = 0; i < run->threads; ++i) {
    workers.push_back(std::make_unique<Worker>(*run, i, *this));
    if (!workers.back()->made()) return workers.back()->made();
  }
  return {};
}

Result<Measurement> Bench::State::go(transport::Loop& its_loop, const OnInterval& its_on_interval) {
  loop = &its_loop;
  on_interval = &its_on_interval;
  if (auto made = make_workers(); !made) return tl::unexpected(std::move(made.error()));
  drain_timer.emplace(its_loop, [this] { watch_drain(); });
  offset_at_start = clock_offset();
  measurement.plan = run->plan;
  measurement.workers.resize(run->threads);
  reported.assign(run->threads, Time(0));
  times.started = SystemClock().now();
  machine_at_start = machine_time();
  if (run->plan.scenario == Scenario::connect) times.measured = times.started;
  if (auto launched = launch(); !launched) return tl::unexpected(std::move(launched.error()));
  if (interrupted) interrupt();
  while (done != workers.size()) its_loop.run_until(never);
  for (const auto& worker : workers) worker->join();
  return result();
}

Status Bench::State::launch() {
  for (const auto& worker : workers) {
    worker->desk().times = times;
    auto launched = worker->launch();
    if (launched) continue;
    for (const auto& other : workers) other->abandon();
    for (const auto& other : workers) other->join();
    return launched;
  }
  return {};
}

void Bench::State::one_connected() {
  if (++connected != workers.size()) return;
  for (const auto& worker : workers) {
    measurement.clients_connected += worker->connected_at_first();
  }
  measurement.connecting = SystemClock().now() - times.started;
  if (measurement.clients_connected == 0) return end_now();
  if (!ending) begin();
}

void Bench::State::begin() {
  const Time now = SystemClock().now();
  const Duration duration = run->plan.duration;
  if (run->plan.scenario == Scenario::connect) {
    times.end = now + duration;
  } else {
    times.publishing = now + head_start;
    times.measured = times.publishing + run->plan.warmup;
    if (duration != Duration(0)) times.end = times.measured + duration;
  }
  machine_at_start = machine_time();
  for (const auto& worker : workers) worker->start(times);
}

void Bench::State::end_now() {
  if (std::exchange(ending, true)) return;
  times.end = SystemClock().now();
  times.measured = std::min(times.measured, times.end);
  for (const auto& worker : workers) worker->end_at(times.end);
}

void Bench::State::all_are_dead() {
  incomplete = true;
  end_now();
}

void Bench::State::interrupt() {
  interrupted = true;
  if (loop == nullptr || closing) return;
  if (draining == workers.size() && !workers.empty()) return close_all();
  incomplete = true;
  end_now();
}

void Bench::State::one_drains() {
  ending = true;
  if (++draining != workers.size()) return;
  measurement.steal = steal_between(machine_at_start, machine_time());
  drain_deadline = SystemClock().now() + run->plan.drain;
  watch_drain();
}

void Bench::State::watch_drain() {
  if (closing) return;
  std::uint64_t in_flight = 0;
  std::uint64_t matched = 0;
  for (const auto& worker : workers) {
    in_flight += worker->progress().in_flight;
    matched += worker->progress().matched;
  }
  const Time now = SystemClock().now();
  const bool complete = in_flight == 0 && matched >= expected_deliveries();
  if (complete || dead == workers.size() || now >= drain_deadline) return close_all();
  drain_timer->arm(now + drain_check);
}

/// Once all workers drain, what they sent changes no more.
std::uint64_t Bench::State::expected_deliveries() const {
  if (!run->matches_streams) return 0;
  const auto sent = sent_by_stream();
  std::uint64_t expected = 0;
  for (std::size_t stream = 0; stream < sent.size(); ++stream) {
    expected += sent[stream] * run->fan_out[stream];
  }
  return expected;
}

void Bench::State::close_all() {
  if (std::exchange(closing, true)) return;
  for (const auto& worker : workers) worker->close();
}

void Bench::State::take(const Report& report) {
  const bool is_warmup = report.end <= times.measured;
  const bool is_measured = !is_warmup && report.end <= times.end;
  measurement.whole_run.add(report.counters);
  Latencies& latencies = measurement.latencies;
  if (is_warmup) {
    latencies.connect.merge(report.latencies.connect);
    latencies.tls.merge(report.latencies.tls);
    latencies.connack.merge(report.latencies.connack);
  } else {
    // What was in flight at the end belongs to it.
    latencies.merge(report.latencies);
  }
  if (is_measured) {
    measurement.counters.add(report.counters);
    measurement.workers[report.worker].cpu += report.cpu;
    measurement.workers[report.worker].run_queue += report.run_queue;
    measurement.late.add(report.late);
  }
  reported[report.worker] = report.end;
  if (is_warmup || is_measured) add_to_interval(report);
  tell_intervals();
}

void Bench::State::add_to_interval(const Report& report) {
  OpenInterval& open = open_intervals[report.end];
  ++open.reports;
  Interval& interval = open.interval;
  interval.end = report.end - times.started;
  interval.warmup = report.end <= times.measured;
  interval.counters.add(report.counters);
  interval.acknowledged.merge(report.latencies.acknowledged_from_due);
  interval.received.merge(report.latencies.received_from_due);
  interval.in_flight += report.in_flight;
  interval.cpu += report.cpu;
}

/// An interval can be told when every worker has reported so far.
void Bench::State::tell_intervals() {
  const Time whole = *std::min_element(reported.begin(), reported.end());
  while (!open_intervals.empty()) {
    const auto first = open_intervals.begin();
    if (joins_next(whole)) {
      std::next(first)->second.interval.join(first->second.interval);
    } else if (first->first <= whole) {
      tell(std::move(first->second.interval));
    } else {
      return;
    }
    open_intervals.erase(first);
  }
}

/// Of an interval that a worker left out because its reports had not come back, the rest is part of
/// the next. So is one that waits too long for a worker that the system does not let run: each has
/// large histograms.
bool Bench::State::joins_next(Time whole) const {
  if (open_intervals.size() < 2) return false;
  const auto& [end, first] = *open_intervals.begin();
  if (first.interval.warmup != std::next(open_intervals.begin())->second.interval.warmup)
    return false;
  return end <= whole ? first.reports < workers.size() : open_intervals.size() > most_open;
}

void Bench::State::tell(Interval interval) {
  interval.acknowledged = interval.acknowledged.compact();
  interval.received = interval.received.compact();
  if (*on_interval) (*on_interval)(interval, measurement.counters);
  if (run->plan.keep_intervals) measurement.intervals.push_back(std::move(interval));
}

std::size_t Bench::State::publishing_workers() const {
  return static_cast<std::size_t>(
      std::count_if(workers.begin(), workers.end(),
                    [](const auto& worker) { return !worker->publishers().empty(); }));
}

std::vector<std::uint64_t> Bench::State::sent_by_stream() const {
  std::vector<std::uint64_t> sent(run->topics.size());
  for (const auto& worker : workers) {
    for (const auto& publisher : worker->publishers()) {
      for (const Lane& lane : publisher->lanes()) sent[lane.stream] = lane.sent;
    }
  }
  return sent;
}

Result<Measurement> Bench::State::result() {
  add_workers();
  if (measurement.whole_run.connects_succeeded == 0) {
    for (const auto& worker : workers) {
      if (worker->desk().first_error) return tl::unexpected(*worker->desk().first_error);
    }
  }
  measurement.interrupted = interrupted;
  measurement.measured = times.end - times.measured;
  for (WorkerUse& use : measurement.workers) {
    use.wall = std::chrono::duration<double>(measurement.measured).count();
  }
  if (run->resolve_time != Duration(0)) {
    measurement.latencies.resolve.record(run->resolve_time);
  }
  if (run->matches_streams) add_deliveries();
  const Duration drift = clock_offset() - offset_at_start;
  measurement.warnings =
      warnings_of(measurement, run->clients, incomplete, std::max(drift, -drift));
  return std::move(measurement);
}

void Bench::State::add_workers() {
  bool has_broker = false;
  for (const auto& worker : workers) {
    const Desk& desk = worker->desk();
    for (const auto& [reason, count] : desk.all_failures()) measurement.failures[reason] += count;
    if (desk.broker && !std::exchange(has_broker, true)) measurement.broker = *desk.broker;
    measurement.never_connected.add(worker->never_connected());
  }
}

void Bench::State::add_deliveries() {
  const auto sent = sent_by_stream();
  for (const auto& worker : workers) {
    for (const auto& subscriber : worker->subscribers()) {
      subscriber->add_delivery(sent, measurement.delivery);
    }
  }
  for (std::uint32_t group = 0; group < run->groups.size(); ++group) add_group(group, sent);
}

void Bench::State::add_group(std::uint32_t group, const std::vector<std::uint64_t>& sent) {
  const auto& streams = run->groups[group].streams->streams();
  for (std::size_t place = 0; place < streams.size(); ++place) {
    GroupTracker& whole = workers.front()->desk().groups[group][place];
    for (std::size_t i = 1; i < workers.size(); ++i) {
      whole.merge(workers[i]->desk().groups[group][place]);
    }
    const std::uint64_t expected = sent[streams[place]];
    measurement.delivery.expected += expected;
    measurement.delivery.lost += expected - std::min(expected, whole.unique());
    measurement.delivery.duplicated += whole.duplicated();
  }
}

Result<std::unique_ptr<Bench>> Bench::prepare(const Plan& plan) {
  auto prepared = prepare_plan(plan);
  if (!prepared) return tl::unexpected(prepared.error());
  if (auto status = allow_open_files((*prepared)->clients); !status)
    return tl::unexpected(status.error());
  auto state = std::make_unique<State>(*std::move(prepared));
  return std::unique_ptr<Bench>(new Bench(std::move(state)));
}

Bench::Bench(std::unique_ptr<State> state) : state_(std::move(state)) {}
Bench::~Bench() = default;

Result<Measurement> Bench::run(transport::Loop& loop, const OnInterval& on_interval) {
  return state_->go(loop, on_interval);
}

void Bench::stop() {
  state_->interrupt();
}

}  // namespace mqtt_toolbox::load
