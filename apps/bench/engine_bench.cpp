#include "bench/engine_bench.hpp"

#include <algorithm>
#include <time.h>

#include "load/warnings.hpp"

namespace mqtt_toolbox::bench {

using load::Measurement;

namespace {

/// One thread serves them all, and each has threads and buffers of its engine beside it.
constexpr std::uint32_t most_engine_clients = 100;
constexpr Duration closing_grace = std::chrono::seconds(2);

double process_cpu() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

Status check_plan(const load::Prepared& run, client::Engine engine) {
  if (run.clients > most_engine_clients)
    return fail(ExitCode::usage, "--engine: more than " + std::to_string(most_engine_clients) +
                                     " clients need the load generator; leave --engine out");
  if (engine == client::Engine::paho && run.clients > 1 && run.plan.clients.transport.websocket)
    return fail(
        ExitCode::usage,
        "--engine: Paho mixes up several WebSocket connections of one process; give -c 1 of "
        "publish or subscribe, or another transport");
  if (!run.groups.empty())
    return fail(ExitCode::usage,
                "--engine: shared subscriptions are followed by the load generator only; leave "
                "--engine out");
  return {};
}

}  // namespace

Result<std::unique_ptr<Runner>> EngineBench::prepare(const load::Plan& plan,
                                                     client::Surroundings surroundings,
                                                     client::Engine engine) {
  auto prepared = load::prepare_plan(plan);
  if (!prepared) return tl::unexpected<Error>(prepared.error());
  if (auto possible = check_plan(**prepared, engine); !possible)
    return tl::unexpected<Error>(possible.error());
  std::unique_ptr<EngineBench> bench(new EngineBench(*std::move(prepared), surroundings));
  if (auto opened = bench->open_clients(engine); !opened)
    return tl::unexpected<Error>(opened.error());
  return std::unique_ptr<Runner>(std::move(bench));
}

EngineBench::EngineBench(std::unique_ptr<load::Prepared> prepared,
                         client::Surroundings surroundings)
    : prepared_(std::move(prepared)),
      surroundings_(surroundings),
      account_(surroundings.loop, *prepared_),
      tick_timer_(surroundings.loop, [this] { tick(); }),
      drain_timer_(surroundings.loop, [this] { watch_drain(); }) {
  account_.tick = [this] { tick(); };
}

Status EngineBench::open_clients(client::Engine engine) {
  EngineClientEvents& events = *this;
  for (std::uint32_t n = 0; n < prepared_->clients; ++n) {
    clients_.push_back(std::make_unique<EngineClient>(account_, events, n));
    if (auto opened = clients_.back()->open(surroundings_, engine); !opened) return opened;
  }
  return {};
}

Result<Measurement> EngineBench::run(transport::Loop& loop, const OnInterval& on_interval) {
  on_interval_ = &on_interval;
  account_.times.started = account_.clock.now();
  if (prepared_->plan.scenario == load::Scenario::connect)
    account_.times.measured = account_.times.started;
  cpu_seen_ = process_cpu();
  arm_tick(account_.times.started);
  for (const auto& client : clients_) client->connect();
  while (phase_ != Phase::done) loop.run_until(never);
  if (account_.measurement.whole_run.connects_succeeded == 0 && account_.first_error)
    return tl::unexpected<Error>(*account_.first_error);
  return result();
}

// The clients' news.

void EngineBench::on_attempted(EngineClient&) {
  if (++attempted_ != clients_.size() || phase_ != Phase::connecting) return;
  account_.measurement.connecting = account_.clock.now() - account_.times.started;
  account_.measurement.clients_connected = static_cast<std::uint32_t>(
      std::count_if(clients_.begin(), clients_.end(),
                    [](const auto& client) { return client->was_connected(); }));
  begin();
}

void EngineBench::on_all_sent(EngineClient& client) {
  incomplete_ = incomplete_ || client.stopped_early();
  if (++all_sent_ != publishers_with_messages() || phase_ != Phase::running) return;
  drain_deadline_ = account_.clock.now() + prepared_->plan.drain;
  settle();
}

std::uint64_t EngineBench::publishers_with_messages() const {
  const std::uint64_t messages = prepared_->plan.publishing.messages;
  const std::uint64_t publishers = prepared_->publishers;
  return messages == 0 ? publishers : std::min(publishers, messages);
}

/// Of a number of messages the last acknowledgement is part of what is measured.
void EngineBench::settle() {
  const Time now = account_.clock.now();
  if (account_.in_flight() == 0 || now >= drain_deadline_) return end_at(now);
  drain_timer_.arm(now + load::drain_check);
}

void EngineBench::on_gone(EngineClient&) {
  if (++gone_ != clients_.size()) return;
  if (phase_ == Phase::closing) {
    phase_ = Phase::done;
    return surroundings_.loop.stop();
  }
  incomplete_ = true;
  end_at(account_.clock.now());
}

// Times.

void EngineBench::begin() {
  phase_ = Phase::running;
  const Time now = account_.clock.now();
  const load::Plan& plan = prepared_->plan;
  load::Times& times = account_.times;
  if (plan.scenario == load::Scenario::connect) {
    times.end = now + plan.duration;
  } else {
    times.publishing = now + load::head_start;
    times.measured = times.publishing + plan.warmup;
    if (plan.duration != Duration(0)) times.end = times.measured + plan.duration;
  }
  arm_tick(now);
  for (const auto& client : clients_) client->pump();
}

void EngineBench::arm_tick(Time now) {
  account_.next_tick = load::end_of_interval(account_.times, now, prepared_->plan.interval);
  tick_timer_.arm(account_.next_tick);
}

void EngineBench::tick() {
  const Time boundary = account_.next_tick;
  // What was due before is sent first, also when this thread comes late.
  for (const auto& client : clients_) client->send_due_before(boundary);
  close_interval(boundary);
  if (boundary >= account_.times.measured) account_.warming_up = false;
  if (boundary >= account_.times.end) return start_draining();
  arm_tick(boundary);
}

void EngineBench::close_interval(Time end) {
  Measurement& measurement = account_.measurement;
  std::uint64_t due = 0;
  for (const auto& client : clients_) due += client->due_by(end);
  account_.since_tick.due += due - std::exchange(due_counted_, due);
  const double cpu = process_cpu();
  load::Interval interval;
  interval.end = end - account_.times.started;
  interval.warmup = end <= account_.times.measured;
  interval.counters = std::exchange(account_.since_tick, {});
  interval.acknowledged = account_.acknowledged.compact();
  interval.received = account_.received.compact();
  interval.in_flight = account_.in_flight();
  interval.cpu = cpu - std::exchange(cpu_seen_, cpu);
  account_.acknowledged.reset();
  account_.received.reset();
  measurement.whole_run.add(interval.counters);
  if (end > account_.times.end) return;
  if (!interval.warmup) {
    measurement.counters.add(interval.counters);
    if (measurement.workers.empty()) measurement.workers.emplace_back();
    measurement.workers.front().cpu += interval.cpu;
  }
  if (*on_interval_) (*on_interval_)(interval, measurement.counters);
  if (prepared_->plan.keep_intervals) measurement.intervals.push_back(std::move(interval));
}

// The end.

void EngineBench::stop() {
  interrupted_ = true;
  if (phase_ == Phase::draining) return close_all();
  incomplete_ = true;
  end_at(account_.clock.now());
}

void EngineBench::end_at(Time end) {
  if (phase_ >= Phase::draining) return;
  account_.times.end = end;
  account_.times.measured = std::min(account_.times.measured, end);
  close_interval(end);
  start_draining();
}

void EngineBench::start_draining() {
  if (phase_ >= Phase::draining) return;
  phase_ = Phase::draining;
  account_.warming_up = false;
  tick_timer_.disarm();
  drain_deadline_ = account_.clock.now() + prepared_->plan.drain;
  // Not from inside a client's callback.
  drain_timer_.arm(account_.clock.now());
}

bool EngineBench::is_complete() {
  std::uint64_t expected = 0;
  if (prepared_->matches_streams) {
    const auto sent = sent_by_stream();
    for (std::size_t stream = 0; stream < sent.size(); ++stream)
      expected += sent[stream] * prepared_->fan_out[stream];
  }
  return account_.in_flight() == 0 && account_.matched >= expected;
}

void EngineBench::watch_drain() {
  if (phase_ == Phase::running) return settle();
  if (phase_ != Phase::draining) return;
  const Time now = account_.clock.now();
  if (is_complete() || gone_ == clients_.size() || now >= drain_deadline_) return close_all();
  drain_timer_.arm(now + load::drain_check);
}

void EngineBench::close_all() {
  phase_ = Phase::closing;
  account_.give_up_flights(account_.clock.now());
  close_interval(account_.clock.now() + Duration(1));
  if (gone_ == clients_.size()) {
    phase_ = Phase::done;
    return surroundings_.loop.stop();
  }
  for (const auto& client : clients_) client->close(closing_grace);
}

std::vector<std::uint64_t> EngineBench::sent_by_stream() const {
  std::vector<std::uint64_t> sent(prepared_->topics.size());
  for (const auto& client : clients_) client->add_sent(sent);
  return sent;
}

Measurement EngineBench::result() {
  Measurement& measurement = account_.measurement;
  measurement.interrupted = interrupted_;
  measurement.measured = account_.times.end - account_.times.measured;
  for (load::WorkerUse& use : measurement.workers)
    use.wall = std::chrono::duration<double>(measurement.measured).count();
  if (prepared_->resolve_time != Duration(0))
    measurement.latencies.resolve.record(prepared_->resolve_time);
  if (prepared_->matches_streams) {
    const auto sent = sent_by_stream();
    for (const auto& client : clients_) client->add_delivery(sent, measurement.delivery);
  }
  for (const auto& client : clients_) {
    if (!client->was_connected())
      measurement.never_connected.add({1, client->identifier(), client->last_failure()});
  }
  measurement.warnings =
      load::warnings_of(measurement, prepared_->clients, incomplete_, Duration(0));
  return std::move(measurement);
}

}  // namespace mqtt_toolbox::bench
