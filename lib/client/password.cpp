#include "client/password.hpp"

#include <algorithm>
#include <utility>

namespace mqtt_toolbox::client {

Password::Password(transport::Loop& loop, std::optional<std::string> value, std::string command)
    : loop_(loop),
      command_(std::move(command)),
      value_(std::move(value)),
      is_due_(!command_.empty()),
      timer_(loop, [this] { timed_out(); }) {}

void Password::renew(Done done) {
  is_due_ = false;
  done_ = std::move(done);
  auto started = ShellCommand::start(command_, largest_secret);
  if (!started) return settle(tl::unexpected(std::move(started.error())));
  running_.emplace(*std::move(started));
  watch_.emplace(loop_, running_->descriptor(), [this](transport::Interest) { look(); });
  watch_->want(transport::Interest::read);
  deadline_ = loop_.now() + longest_command;
  timer_.arm(deadline_);
}

void Password::look() {
  running_->take();
  if (auto outcome = running_->outcome()) return settle(*std::move(outcome));
  if (!running_->output_ended()) return;
  watch_.reset();
  timer_.arm(std::min<Time>(deadline_, loop_.now() + until_command_ends));
}

void Password::timed_out() {
  if (loop_.now() < deadline_) return look();
  settle(tl::unexpected(running_->overdue(longest_command)));
}

void Password::cancel() {
  done_ = nullptr;
  timer_.disarm();
  watch_.reset();
  running_.reset();
}

void Password::settle(Result<std::string> output) {
  const Done done = std::move(done_);
  cancel();
  if (!output) return done(fail(output.error().code, "password: " + output.error().text));
  std::string password = first_line(*std::move(output));
  if (auto fits = check_password(password); !fits)
    return done(fail(fits.error().code, "password: " + fits.error().text));
  value_ = std::move(password);
  done({});
}

}  // namespace mqtt_toolbox::client
