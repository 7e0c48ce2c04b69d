#include "session/keep_alive.hpp"

#include <algorithm>

namespace mqtt_toolbox::session {

namespace {

constexpr Duration shortest_response_timeout = std::chrono::seconds(5);
constexpr Duration longest_response_timeout = std::chrono::seconds(20);

}  // namespace

void KeepAlive::start(std::uint16_t interval, std::optional<Duration> response_timeout, Time now) {
  interval_ = std::chrono::seconds(interval);
  response_timeout_ = response_timeout.value_or(
      std::clamp(interval_, shortest_response_timeout, longest_response_timeout));
  last_sent_ = now;
  life_ = now;
  waiting_ = false;
}

void KeepAlive::pingreq_sent(Time now) {
  last_sent_ = now;
  // A second PINGREQ does not give the first one more time.
  if (!waiting_) life_ = now;
  waiting_ = true;
}

void KeepAlive::moved(Time time, bool are_more_waiting) {
  life_ = std::max(life_, time);
  if (are_more_waiting) last_sent_ = std::max(last_sent_, time);
}

void KeepAlive::pause(bool paused, Time now) {
  if (paused_ && !paused) life_ = now;
  paused_ = paused;
}

Time KeepAlive::pingreq_time() const {
  return interval_ == Duration::zero() ? never : last_sent_ + interval_;
}

Time KeepAlive::pingresp_deadline() const {
  const bool running = interval_ != Duration::zero() && waiting_ && !paused_;
  return running ? life_ + response_timeout_ : never;
}

Time KeepAlive::deadline() const {
  return std::min(pingreq_time(), pingresp_deadline());
}

}  // namespace mqtt_toolbox::session
