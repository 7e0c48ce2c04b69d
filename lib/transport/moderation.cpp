#include "transport/moderation.hpp"

namespace mqtt_toolbox::transport {

namespace {

/// So many in a row are a stream and no burst.
constexpr int close_wake_ups_of_a_stream = 16;
/// A wait this long after a rest had nothing to find: the stream is over or slow.
constexpr Duration idle_wait = std::chrono::microseconds(20);

}  // namespace

Duration Moderation::rest(Time until) const {
  if (!resting_ || until <= last_wake_up_ + pause_) return Duration(0);
  return pause_;
}

void Moderation::woken(Time now) {
  bool close = now - last_wake_up_ < pause_;
  last_wake_up_ = now;
  if (resting_) {
    resting_ = now - rest_end_ < idle_wait;
    close_wake_ups_ = 0;
    return;
  }
  close_wake_ups_ = close ? close_wake_ups_ + 1 : 0;
  resting_ = close_wake_ups_ >= close_wake_ups_of_a_stream;
}

}  // namespace mqtt_toolbox::transport
