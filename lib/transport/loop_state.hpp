#pragma once

#include <optional>
#include <vector>

#include "transport/loop.hpp"
#include "transport/moderation.hpp"
#include "transport/poller.hpp"
#include "transport/timer_queue.hpp"

namespace mqtt_toolbox::transport {

struct Loop::State {
  SystemClock clock;
  Poller poller{clock};
  TimerQueue timers;
  Moderation moderation;
  std::vector<Callback> deferred;
  std::vector<Callback> before_wait;
  std::vector<Callback> running;  ///< kept for its memory
  std::optional<Time> batch_time;
  bool in_turn = false;
  bool stopped = false;

  /// Asked for each message, and the same for all of a batch.
  Time now() {
    if (in_turn && batch_time) return *batch_time;
    return read_clock();
  }
  Time read_clock();
  void turn(Time deadline);
  void wait(Time until);
  void run(std::vector<Callback>& callbacks);
  Time wait_until(Time deadline) const;
};

}  // namespace mqtt_toolbox::transport
