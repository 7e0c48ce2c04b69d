#include "load/worker.hpp"

#include <algorithm>
#include <csignal>
#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>
#include <utility>

#include "base/thread.hpp"

namespace mqtt_toolbox::load {

namespace {

constexpr Duration sweep_pause = std::chrono::milliseconds(20);
/// Every client is looked at once a second.
constexpr std::size_t sweeps_per_round = 50;
constexpr Duration drain_pause = std::chrono::milliseconds(2);
/// How long brokers are given to end their side after DISCONNECT.
constexpr Duration longest_closing = std::chrono::milliseconds(500);

/// One being written, one being read, and some for when the reader is held up.
constexpr int reports_at_first = 4;

double thread_cpu() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace

Worker::Worker(const Prepared& run, std::uint32_t index, WorkerEvents& events)
    : run_(run),
      index_(index),
      events_(events),
      desk_(run, index),
      inbox_(desk_.loop),
      dialer_(desk_, index, run.threads),
      send_timer_(desk_.loop, [this] { send_due(); }),
      tick_timer_(desk_.loop, [this] { tick(); }),
      sweep_timer_(desk_.loop, [this] { sweep(); }),
      drain_timer_(desk_.loop, [this] { drain_tick(); }),
      churn_timer_(desk_.loop, [this] { churn(); }),
      closing_timer_(desk_.loop, [this] {
        for (Client* client : clients_) client->link().cut();
      }) {
  for (int i = 0; i < reports_at_first; ++i) {
    reports_.push_back(std::make_unique<Report>());
    spare_.push_back(reports_.back().get());
  }
  take_spare();
  desk_.tick = [this] { tick(); };
  make_clients();
  if (run.plan.churn_rate > 0) {
    churn_.emplace(Arrivals::constant, run.plan.churn_rate, run.threads, index, 0);
  }
}

Worker::~Worker() {
  join();
  if (const auto& password = run_.plan.clients.shared_password) password->forget(this);
}

void Worker::make_clients() {
  ClientEvents& lives = *this;
  PublisherEvents& turns = *this;
  for (std::uint32_t n = index_; n < run_.clients; n += run_.threads) {
    if (n < run_.publishers) {
      publishers_.push_back(std::make_unique<Publisher>(desk_, lives, turns, n));
      clients_.push_back(publishers_.back().get());
    } else if (!run_.subscriptions.empty()) {
      subscribers_.push_back(std::make_unique<Subscriber>(desk_, lives, n, n - run_.publishers));
      clients_.push_back(subscribers_.back().get());
    } else {
      idle_.push_back(std::make_unique<Client>(desk_, lives, n));
      clients_.push_back(idle_.back().get());
    }
  }
  unattempted_ = static_cast<std::uint32_t>(clients_.size());
  alive_ = open_ = clients_.size();
  // There may be fewer messages than publishers.
  unfinished_ = static_cast<std::size_t>(
      std::count_if(publishers_.begin(), publishers_.end(),
                    [](const auto& publisher) { return !publisher->is_finished(); }));
}

Status Worker::launch() {
  return start_thread([this] { work(); }).map([this](std::jthread&& thread) {
    thread_ = std::move(thread);
  });
}

void Worker::abandon() {
  inbox_.post([this] { desk_.loop.stop(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::work() {
  // The system may make sleeps longer by 50 microseconds to save wake-ups; a schedule is to be
  // kept.
  prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0);
  pthread_setname_np(pthread_self(), "load");
  // Signals are the calling thread's business.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  run_queue_.emplace();
  const Time now = desk_.clock.now();
  desk_.before_measured = desk_.times.measured == never;
  arm_tick(now);
  sweep_timer_.arm(now + sweep_pause);
  for (Client* client : clients_) dialer_.add(*client);
  dialer_.start(now);
  desk_.loop.run_until(never);
}

void Worker::start(Times times) {
  inbox_.post([this, times] { begin(times); });
}

void Worker::end_at(Time end) {
  inbox_.post([this, end] { change_end(end); });
}

void Worker::close() {
  inbox_.post([this] { begin_closing(); });
}

void Worker::take_back(Report* report) {
  inbox_.post([this, report] {
    report->reset();
    spare_.push_back(report);
  });
}

// Clients.

void Worker::on_ready(Client& client) {
  if (std::exchange(client.was_ready, true)) ++desk_.counters().reconnects;
  if (!client.was_attempted) ++connected_at_first_;
  dialer_.attempt_over(client);
  attempted(client);
}

void Worker::on_offline(Client& client, bool) {
  dialer_.attempt_over(client);
  if (phase_ >= Phase::closing) return;
  client.link().refused_password() ? await_password(client) : attempt_failed(client);
}

/// One of them asks for all.
void Worker::await_password(Client& client) {
  locked_out_.push_back(&client);
  if (locked_out_.size() > 1) return;
  run_.plan.clients.shared_password->renew(*client.link().refused_password(), this,
                                           [this] { inbox_.post([this] { password_settled(); }); });
}

void Worker::password_settled() {
  if (phase_ >= Phase::closing) return;
  const std::uint32_t number = run_.plan.clients.shared_password->number();
  for (Client* client : std::exchange(locked_out_, {})) {
    if (client->link().refused_password() == number) {
      attempt_failed(*client);
    } else {
      dialer_.add(*client);
    }
  }
}

/// A run that lasts until all is sent does not wait without end for who the broker has never taken,
/// or refuses for good.
bool Worker::is_hopeless(Client& client) const {
  if (client.backoff().exhausted() || client.link().ended_for_good()) return true;
  const bool is_waited_for =
      run_.plan.duration == Duration(0) && client.link().number() < run_.publishers;
  const bool is_shut_out = !client.was_ever_ready() || client.link().refused_for_good();
  const std::uint32_t attempts = client.backoff().attempts_made() + 1;
  return is_waited_for && is_shut_out && attempts >= run_.plan.clients.attempts_in_vain;
}

void Worker::attempt_failed(Client& client) {
  if (is_hopeless(client)) {
    give_up(client);
  } else {
    dialer_.add_later(client, desk_.clock.now() + client.backoff().next(desk_.random));
  }
  attempted(client);
}

void Worker::give_up(Client& client) {
  client.given_up = true;
  --alive_;
  if (client.link().number() < run_.publishers) {
    desk_.abandoned += client.link().session().inflight();
    auto& publisher = static_cast<Publisher&>(client);
    if (!publisher.is_finished()) {
      stopped_early_ = true;
      publisher.stop();
    }
  }
  if (alive_ == 0) events_.on_all_dead(*this);
}

void Worker::attempted(Client& client) {
  if (std::exchange(client.was_attempted, true)) return;
  if (--unattempted_ == 0) events_.on_connected(*this);
}

void Worker::on_closed(Client& client) {
  if (phase_ < Phase::closing && std::exchange(client.leaves, false)) return dialer_.add(client);
  if (phase_ != Phase::closing || --open_ != 0) return;
  phase_ = Phase::done;
  make_report(desk_.clock.now());
  events_.on_done(*this);
  desk_.loop.stop();
}

void Worker::sweep() {
  const Time now = desk_.clock.now();
  const std::size_t share = clients_.size() / sweeps_per_round + 1;
  for (std::size_t i = 0; i < std::min(share, clients_.size()); ++i) {
    if (sweep_next_ >= clients_.size()) sweep_next_ = 0;
    clients_[sweep_next_++]->link().advance(now);
  }
  sweep_timer_.arm(now + sweep_pause);
}

void Worker::churn() {
  const Time now = desk_.clock.now();
  while (phase_ == Phase::running && churn_started_ + churn_->next() <= now) {
    churn_->advance();
    Client& client = *clients_[churn_next_++ % clients_.size()];
    if (!client.link().is_online()) continue;
    client.leaves = true;
    client.was_ready = false;
    client.link().close();
  }
  if (phase_ == Phase::running) churn_timer_.arm(churn_started_ + churn_->next());
}

// Sending.

void Worker::begin(Times times) {
  if (phase_ != Phase::connecting) return;
  phase_ = Phase::running;
  desk_.times = times;
  arm_tick(desk_.clock.now());
  churn_started_ = desk_.clock.now();
  if (churn_) churn();
  if (run_.plan.publishing.rate > 0) {
    for (const auto& publisher : publishers_) queue_publisher(*publisher);
  }
  if (!publishers_.empty()) send_timer_.arm(times.publishing);
  if (!publishers_.empty() && unfinished_ == 0) settle();
}

void Worker::queue_publisher(Publisher& publisher) {
  const Time due = publisher.next_due();
  if (due == never) return;
  due_.push_back({due, &publisher});
  std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

void Worker::send_due() {
  if (phase_ != Phase::running) return;
  if (run_.plan.publishing.rate <= 0) {
    for (const auto& publisher : publishers_) publisher->pump();
    return;
  }
  const Time now = desk_.clock.now();
  desk_.passed(now);
  send_until(now);
  arm_send();
}

void Worker::send_until(Time now) {
  while (!due_.empty() && due_.front().at <= now) {
    Publisher& publisher = *due_.front().publisher;
    std::pop_heap(due_.begin(), due_.end(), std::greater<>());
    due_.pop_back();
    if (publisher.send_due(now)) queue_publisher(publisher);
  }
}

void Worker::arm_send() {
  if (!due_.empty()) send_timer_.arm(due_.front().at);
}

void Worker::on_way_free(Publisher& publisher) {
  if (phase_ != Phase::running) return;
  if (publisher.send_due(desk_.clock.now())) queue_publisher(publisher);
  arm_send();
}

void Worker::on_turn_over(Publisher& publisher) {
  if (phase_ != Phase::running || std::exchange(publisher.in_turns, true)) return;
  if (turns_.empty()) desk_.loop.defer([this] { take_turns(); });
  turns_.push_back(&publisher);
}

void Worker::take_turns() {
  std::swap(turns_, taking_);
  for (Publisher* publisher : taking_) {
    publisher->in_turns = false;
    if (phase_ == Phase::running) publisher->pump();
  }
  taking_.clear();
}

void Worker::on_all_sent(Publisher& publisher) {
  stopped_early_ = stopped_early_ || publisher.gave_up();
  if (unfinished_ == 0 || --unfinished_ != 0 || phase_ != Phase::running) return;
  settle();
}

void Worker::settle() {
  settling_until_ = desk_.clock.now() + run_.plan.drain;
  drain_tick();
}

// Reports.

void Worker::arm_tick(Time now) {
  desk_.next_tick = end_of_interval(desk_.times, now, run_.plan.interval);
  tick_timer_.arm(desk_.next_tick);
}

void Worker::tick() {
  const Time boundary = desk_.next_tick;
  if (boundary > desk_.clock.now()) return tick_timer_.arm(boundary);
  // What was due before is sent first, also when this thread comes late.
  if (divides(boundary)) send_until(boundary - Duration(1));
  if (!joins_next(boundary)) make_report(boundary);
  if (boundary >= desk_.times.measured) desk_.before_measured = false;
  if (boundary >= desk_.times.end) return start_draining();
  arm_tick(boundary);
}

/// Where intervals end faster than their reports are taken, one becomes a part of the next, so that
/// memory stays bounded.
bool Worker::joins_next(Time boundary) const {
  return !divides(boundary) && spare_.empty();
}

/// Whether the measured time begins or ends there.
bool Worker::divides(Time boundary) const {
  return boundary == desk_.times.measured || boundary >= desk_.times.end;
}

void Worker::make_report(Time end) {
  std::uint64_t due = 0;
  for (const auto& publisher : publishers_) due += publisher->due_by(end);
  Report* const report = desk_.report;
  report->counters.due += due - due_counted_;
  due_counted_ = due;
  report->end = end;
  report->in_flight = desk_.in_flight();
  const double cpu = thread_cpu();
  report->cpu = cpu - cpu_seen_;
  cpu_seen_ = cpu;
  const double run_queue = run_queue_->seconds();
  report->run_queue = run_queue - run_queue_seen_;
  run_queue_seen_ = run_queue;
  take_spare();
  events_.on_report(*this, report);
}

void Worker::take_spare() {
  if (spare_.empty()) {
    reports_.push_back(std::make_unique<Report>());
    spare_.push_back(reports_.back().get());
  }
  desk_.report = spare_.back();
  spare_.pop_back();
}

NeverConnected Worker::never_connected() const {
  NeverConnected all;
  for (const Client* client : clients_) {
    if (!client->was_ever_ready())
      all.add({1, client_identifier(run_.plan, client->link().number()), client->last_failure()});
  }
  return all;
}

// The end.

void Worker::change_end(Time end) {
  if (phase_ >= Phase::draining) return;
  desk_.times.end = end;
  if (phase_ == Phase::connecting) desk_.times.measured = std::min(desk_.times.measured, end);
  if (end > desk_.clock.now()) return arm_tick(desk_.clock.now());
  make_report(end);
  start_draining();
}

void Worker::start_draining() {
  phase_ = Phase::draining;
  desk_.before_measured = false;
  tick_timer_.disarm();
  desk_.next_tick = never;
  send_timer_.disarm();
  churn_timer_.disarm();
  due_.clear();
  drain_tick();
  events_.on_draining(*this);
}

/// Messages without outcome, and clients with bytes that are not written.
std::uint64_t Worker::unfinished_work() {
  std::uint64_t count = desk_.in_flight();
  for (const auto& publisher : publishers_) {
    if (!publisher->link().output().empty()) ++count;
  }
  return count;
}

void Worker::drain_tick() {
  const Time now = desk_.clock.now();
  const std::uint64_t left = unfinished_work();
  if (phase_ == Phase::running && (left == 0 || now >= settling_until_)) {
    return events_.on_all_sent(*this, stopped_early_);
  }
  if (phase_ >= Phase::closing) return;
  progress_.in_flight = left;
  progress_.matched = desk_.matched;
  drain_timer_.arm(now + drain_pause);
}

void Worker::begin_closing() {
  if (phase_ >= Phase::closing) return;
  phase_ = Phase::closing;
  tick_timer_.disarm();
  desk_.next_tick = never;
  sweep_timer_.disarm();
  dialer_.stop();
  desk_.give_up_flights(desk_.clock.now());
  make_report(desk_.clock.now());
  closing_timer_.arm(desk_.clock.now() + longest_closing);
  for (Client* client : clients_) client->link().close();
}

}  // namespace mqtt_toolbox::load
