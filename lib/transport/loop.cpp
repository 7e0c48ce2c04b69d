#include "transport/loop.hpp"

#include <algorithm>
#include <iterator>
#include <time.h>
#include <utility>

#include "transport/loop_state.hpp"

namespace mqtt_toolbox::transport {

namespace {

constexpr Time at_once = Time(0);

}  // namespace

Time Loop::State::read_clock() {
  const Time time = clock.now();
  if (in_turn) batch_time = time;
  return time;
}

/// Runs what was there at the start; what a callback adds waits for the next call. A `stop` leaves
/// the rest in front.
void Loop::State::run(std::vector<Callback>& callbacks) {
  if (callbacks.empty()) return;
  std::swap(running, callbacks);
  std::size_t done = 0;
  while (done < running.size() && !stopped) running[done++]();
  callbacks.insert(callbacks.begin(), std::make_move_iterator(running.begin() + done),
                   std::make_move_iterator(running.end()));
  running.clear();
}

Time Loop::State::wait_until(Time deadline) const {
  return deferred.empty() ? std::min(deadline, timers.earliest()) : at_once;
}

void Loop::State::wait(Time until) {
  if (Duration rest = moderation.rest(until); rest > Duration(0)) {
    timespec pause{0, static_cast<long>(rest.count())};
    nanosleep(&pause, nullptr);
    moderation.rested(clock.now());
  }
  poller.wait(until);
  batch_time.reset();
  if (moderation.is_on()) moderation.woken(now());
}

void Loop::State::turn(Time deadline) {
  run(before_wait);
  if (stopped) return;
  wait(wait_until(deadline));
  poller.dispatch(stopped);
  if (timers.earliest() != never) timers.fire(now(), stopped);
  run(deferred);
}

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

const Status& Loop::made() const {
  return state_->poller.made();
}

Time Loop::now() const {
  return state_->now();
}

bool Loop::run_until(Time deadline) {
  State& state = *state_;
  state.stopped = false;
  state.in_turn = true;
  bool past = false;
  while (!state.stopped && !past) {
    state.turn(deadline);
    past = deadline != never && state.now() >= deadline;
  }
  state.run(state.before_wait);
  state.batch_time.reset();
  state.in_turn = false;
  return state.stopped;
}

void Loop::let_events_gather(Duration pause) {
  state_->moderation.set_pause(pause);
}

void Loop::stop() {
  state_->stopped = true;
}

void Loop::before_wait(Callback callback) {
  state_->before_wait.push_back(std::move(callback));
}

void Loop::defer(Callback callback) {
  state_->deferred.push_back(std::move(callback));
}

struct Loop::Watch::State final : Poller::Entry {
  explicit State(Poller& its_poller) : poller(its_poller) {}
  Poller& poller;
};

Loop::Watch::Watch(Loop& loop, int descriptor, std::function<void(Interest ready)> callback)
    : state_(std::make_shared<State>(loop.state_->poller)) {
  state_->descriptor = descriptor;
  state_->callback = std::move(callback);
}

Loop::Watch::~Watch() {
  state_->poller.remove(*state_);
}

void Loop::Watch::want(Interest interest) {
  state_->poller.want(*state_, interest);
}

struct Loop::Timer::State final : TimerQueue::Entry {
  explicit State(TimerQueue& its_queue) : queue(its_queue) {}
  TimerQueue& queue;
};

Loop::Timer::Timer(Loop& loop, Callback callback)
    : state_(std::make_shared<State>(loop.state_->timers)) {
  state_->callback = std::move(callback);
}

Loop::Timer::~Timer() {
  state_->queue.remove(*state_);
}

void Loop::Timer::arm(Time deadline) {
  state_->queue.arm(*state_, deadline);
}

}  // namespace mqtt_toolbox::transport
