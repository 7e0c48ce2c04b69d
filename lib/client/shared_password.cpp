#include "client/shared_password.hpp"

#include <utility>

#include "base/thread.hpp"
#include "client/password.hpp"
#include "transport/inbox.hpp"

namespace mqtt_toolbox::client {

bool is_about_password(protocol::ReasonCode reason) {
  return reason == protocol::ReasonCode::bad_user_name_or_password ||
         reason == protocol::ReasonCode::not_authorized;
}

SharedPassword::SharedPassword(std::string value, std::string command)
    : command_(std::move(command)), value_(std::move(value)) {}

SharedPassword::~SharedPassword() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    waiting_.clear();
    if (stop_) stop_();
  }
  if (thread_.joinable()) thread_.join();
}

std::string SharedPassword::value() const {
  const std::lock_guard lock(mutex_);
  return value_;
}

std::uint32_t SharedPassword::number() const {
  const std::lock_guard lock(mutex_);
  return number_;
}

bool SharedPassword::may_run(std::uint32_t refused, Time now) const {
  return refused == number_ && was_accepted_ && now >= next_run_;
}

void SharedPassword::renew(std::uint32_t refused, const void* waiter,
                           std::function<void()> settled) {
  const std::lock_guard lock(mutex_);
  const Time now = SystemClock().now();
  if (!is_running_ && !may_run(refused, now)) return settled();
  waiting_.insert_or_assign(waiter, std::move(settled));
  if (std::exchange(is_running_, true)) return;
  next_run_ = now + pause;
  if (auto status = start(); !status) settle(tl::unexpected(std::move(status.error())));
}

void SharedPassword::forget(const void* waiter) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(waiter);
}

std::optional<Error> SharedPassword::take_failure() {
  const std::lock_guard lock(mutex_);
  return std::exchange(failure_, std::nullopt);
}

/// The thread before has nothing left to do but to end.
Status SharedPassword::start() {
  if (thread_.joinable()) thread_.join();
  return start_thread([this] { work(); }).map([this](std::jthread&& thread) {
    thread_ = std::move(thread);
  });
}

void SharedPassword::work() {
  Result<std::string> renewed = run_command();
  const std::lock_guard lock(mutex_);
  settle(std::move(renewed));
}

/// A loop that this side has no descriptors for is an error.
Result<std::string> SharedPassword::run_command() {
  transport::Loop loop;
  transport::Inbox inbox(loop);
  for (const Status* made : {&loop.made(), &inbox.made()})
    if (!*made) return tl::unexpected<Error>(made->error());
  if (!set_stop([&] { inbox.post([&] { loop.stop(); }); })) return std::string();
  Password password(loop, std::nullopt, command_);
  Status outcome;
  loop.defer([&] {
    password.renew([&](const Status& renewed) {
      outcome = renewed;
      loop.stop();
    });
  });
  loop.run_until(never);
  (void)set_stop(nullptr);
  if (!outcome) return tl::unexpected(std::move(outcome.error()));
  return password.value().value_or(std::string());
}

/// False when it is over already.
bool SharedPassword::set_stop(std::function<void()> stop) {
  const std::lock_guard lock(mutex_);
  stop_ = std::move(stop);
  return !is_over_;
}

/// With the mutex held.
void SharedPassword::settle(Result<std::string> renewed) {
  is_running_ = false;
  if (!renewed) {
    if (!std::exchange(has_failed_, true)) failure_ = std::move(renewed.error());
  } else if (*renewed != value_) {
    value_ = *std::move(renewed);
    ++number_;
  }
  for (const auto& [waiter, settled] : std::exchange(waiting_, {})) settled();
}

}  // namespace mqtt_toolbox::client
