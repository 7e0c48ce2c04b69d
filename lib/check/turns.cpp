#include "check/turns.hpp"

namespace mqtt_toolbox::check {

void Turns::Place::enter() {
  const std::lock_guard lock(turns_.mutex_);
  turns_.entered_.insert(number_);
}

void Turns::Place::take() {
  std::unique_lock lock(turns_.mutex_);
  turns_.entered_.insert(number_);
  turns_.changed_.wait(lock,
                       [this] { return !turns_.whose_ && *turns_.entered_.begin() == number_; });
  turns_.whose_ = number_;
}

void Turns::Place::leave() {
  const std::lock_guard lock(turns_.mutex_);
  turns_.entered_.erase(number_);
  if (turns_.whose_ == number_) turns_.whose_.reset();
  turns_.changed_.notify_all();
}

}  // namespace mqtt_toolbox::check
