#include "load/dialer.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mqtt_toolbox::load {

Dialer::Dialer(Desk& desk, std::uint32_t worker, std::uint32_t workers)
    : desk_(desk),
      pending_limit_(std::max(1u, desk.run.plan.clients.pending_connects / workers)),
      rate_timer_(desk.loop, [this] { go_on(); }),
      deadline_timer_(desk.loop, [this] { time_out(); }),
      waiting_timer_(desk.loop, [this] { requeue(); }) {
  const double rate = desk.run.plan.clients.connect_rate;
  if (rate > 0) schedule_.emplace(Arrivals::constant, rate, workers, worker, 0);
}

void Dialer::start(Time now) {
  started_ = now;
  go_on();
}

void Dialer::add(Client& client) {
  queue_.push_back(&client);
  if (started_ != Time(0)) go_on();
}

void Dialer::add_later(Client& client, Time at) {
  waiting_.push({at, &client});
  waiting_timer_.arm(waiting_.top().until);
}

void Dialer::attempt_over(Client& client) {
  if (!client.is_dialling) return;
  client.is_dialling = false;
  --pending_;
  go_on();
}

void Dialer::stop() {
  stopped_ = true;
  queue_.clear();
}

void Dialer::go_on() {
  if (going_on_) return;
  going_on_ = true;
  while (!stopped_ && !queue_.empty() && pending_ < pending_limit_) {
    if (schedule_) {
      const Time due = started_ + schedule_->next();
      if (due > desk_.clock.now()) {
        rate_timer_.arm(due);
        break;
      }
      schedule_->advance();
    }
    connect_next();
  }
  going_on_ = false;
}

void Dialer::connect_next() {
  Client& client = *queue_.front();
  queue_.pop_front();
  ++pending_;
  const Time deadline = desk_.clock.now() + desk_.run.plan.clients.connect_timeout;
  if (attempts_.empty()) deadline_timer_.arm(deadline);
  attempts_.push_back({&client, ++client.attempts, deadline});
  client.is_dialling = true;
  client.link().connect();
}

/// Attempts that are over stay in the row until their deadline would have come.
void Dialer::time_out() {
  const Time now = desk_.clock.now();
  while (!attempts_.empty() && attempts_.front().deadline <= now) {
    const Attempt attempt = attempts_.front();
    attempts_.pop_front();
    Client& client = *attempt.client;
    if (client.attempts != attempt.attempt || !client.is_dialling) continue;
    if (gave_more_time(attempt, now)) continue;
    const Duration limit = desk_.run.plan.clients.connect_timeout;
    client.link().abandon({ExitCode::unreachable,
                           transport::target_name(desk_.run.plan.clients.transport) +
                               " did not accept the connection within " + show_duration(limit)});
  }
  if (!attempts_.empty()) deadline_timer_.arm(attempts_.front().deadline);
}

/// CONNACK cannot come before a large CONNECT has left on a slow link.
bool Dialer::gave_more_time(const Attempt& attempt, Time now) {
  const Time moved = attempt.client->link().send_progress(now).last_progress();
  const Time deadline = moved + desk_.run.plan.clients.connect_timeout;
  if (deadline <= now) return false;
  const auto is_earlier = [](Time until, const Attempt& other) { return until < other.deadline; };
  const auto place = std::upper_bound(attempts_.begin(), attempts_.end(), deadline, is_earlier);
  attempts_.insert(place, {attempt.client, attempt.attempt, deadline});
  return true;
}

void Dialer::requeue() {
  const Time now = desk_.clock.now();
  while (!waiting_.empty() && waiting_.top().until <= now) {
    Client& client = *waiting_.top().client;
    waiting_.pop();
    if (!stopped_) add(client);
  }
  if (!waiting_.empty()) waiting_timer_.arm(waiting_.top().until);
}

}  // namespace mqtt_toolbox::load
