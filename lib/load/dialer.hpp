#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

#include "load/client.hpp"
#include "load/schedule.hpp"

namespace mqtt_toolbox::load {

/// Begins the connects of one worker's clients: at a rate, no more than so many under way, each
/// within its time; and again after a wait.
class Dialer {
 public:
  /// `worker` of `workers`, which take turns where a rate is given.
  Dialer(Desk& desk, std::uint32_t worker, std::uint32_t workers);

  /// The rate counts from now on.
  void start(Time now);
  /// Connects it when its turn comes.
  void add(Client& client);
  /// The same after a wait.
  void add_later(Client& client, Time at);
  /// The attempt that `add` led to, if there is one, is over, either way.
  void attempt_over(Client& client);
  void stop();

 private:
  struct Attempt {
    Client* client;
    std::uint64_t attempt;
    Time deadline;
  };
  struct Waiting {
    Time until;
    Client* client;
    bool operator>(const Waiting& other) const { return until > other.until; }
  };

  void go_on();
  void connect_next();
  void time_out();
  bool gave_more_time(const Attempt& attempt, Time now);
  void requeue();

  Desk& desk_;
  std::uint32_t pending_limit_;
  std::uint32_t pending_ = 0;
  std::optional<Schedule> schedule_;
  Time started_{};
  std::deque<Client*> queue_;
  std::deque<Attempt> attempts_;  ///< in the order of their deadlines
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  transport::Loop::Timer rate_timer_;
  transport::Loop::Timer deadline_timer_;
  transport::Loop::Timer waiting_timer_;
  bool stopped_ = false;
  bool going_on_ = false;
};

}  // namespace mqtt_toolbox::load
