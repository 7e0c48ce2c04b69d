#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "check/case_context.hpp"
#include "check/reachability.hpp"
#include "check/turns.hpp"

namespace mqtt_toolbox::check {

/// How a task ended.
struct Outcome {
  std::size_t number = 0;  ///< of the task, from 0
  Finding finding;
  std::vector<Fact> facts;
  Duration took{};
  unsigned plays = 1;  ///< 0: it was not played, since the broker was gone
};

struct RunSettings {
  std::size_t side_by_side = 1;   ///< tasks at a time
  std::optional<Duration> limit;  ///< in place of each case's own
  /// How long what must come is looked for where a case has its own limit (see
  /// CaseContext::allow_late).
  Duration timeout{};
  /// How often a task that was a fail or inconclusive is played again by itself.
  unsigned replays = 0;
  Duration replay_time = std::chrono::seconds(60);  ///< for all of them together
};

/// The tasks of a table that a version can play: all of them, or those whose name, or the name of
/// whose case, is among `names`.
std::vector<Task> tasks_of(std::span<const Case> cases, protocol::Version version,
                           std::span<const std::string> names);

/// Plays tasks, each in a thread and a context of its own. What was a fail or inconclusive is
/// played again by itself before it is told (see judged_again), those plays at once: a few are no
/// load. In them only what was inconclusive is waited for as patiently as the first time. While a
/// case waits long, others are played, those too that are played by themselves; and while one of
/// these is played, the next one may begin with what is harmless (see Case::begins_harmless). Once
/// the broker is found to be gone, the rest is inconclusive without being played.
class Runner {
 public:
  /// `tell` is called from those threads, once a task, never two at a time; `finished` from one of
  /// them, after the last. The run must outlive the runner.
  Runner(const RunContext& run, std::vector<Task> tasks, RunSettings settings,
         std::function<void(Outcome)> tell, std::function<void()> finished);
  /// Cancels what is left and waits for its end.
  ~Runner();

  /// ExitCode::io when not even one thread can be had.
  Status start();
  /// What is being played ends with what it has; the rest is not played. From any thread.
  void cancel();

 private:
  void conduct();
  /// Plays one task after the other, until it waits long.
  struct Player {
    bool alone;
    bool is_active = true;
  };
  bool add_player(bool alone);
  void join_players();
  void work(bool alone);
  std::optional<std::size_t> next_task(bool alone, std::optional<Turns::Place>& place);
  void enter();
  void leave();
  void step_aside(Player& player);
  bool is_broker_there(const Task& task);
  bool is_ready_for(const Task& task);
  void suspect(const Task& task);
  std::string why_gone();
  /// `place`: of one that is played by itself; null: of any other.
  void play_or_skip(std::size_t number, Player& player, Turns::Place* place);
  void take_turn(CaseContext& context, Turns::Place& place);
  void play(std::size_t number, Player& player, Turns::Place* place);
  void allow_late(CaseContext& context, std::function<void()> begins) const;
  Outcome play_once(std::size_t number, unsigned play, Duration limit,
                    const std::function<void(CaseContext&)>& prepare);
  Duration limit_of(const Task& task) const;
  bool is_beside_others(const Task& task) const;
  bool is_to_be_replayed(const Outcome& outcome) const;
  void replay_held();
  void replay(Outcome& outcome);
  std::vector<Outcome> replay_beside_itself(const Outcome& outcome, unsigned first, unsigned last);
  void judge_again(Outcome& outcome, std::span<const Outcome> again) const;
  void tell(Outcome outcome);
  struct Listed;
  template <typename Act>
  Status in_context(const Task& task, Duration limit, unsigned play, const Act& act);
  template <typename Ask, typename IsBad>
  auto settled(const Ask& ask, const IsBad& is_bad);
  /// What becomes of a client that had no part in the task.
  Attempt visit(const Task& task, Duration pause);
  Attempt settled_visit(const Task& task, bool (*is_bad)(const Attempt&));
  Reachability look(const Task& task, Duration pause,
                    const std::function<Reachability(CaseContext&)>& look_at);
  Reachability look(const Task& task, Duration pause = {});
  Reachability settled_reachability(const Task& task);
  bool is_harmed(const Reachability& look) const;
  void reach_before(const Task& task);
  std::string_view harm_after(const Task& task, bool is_beside);
  void blame(const Task& task, std::string_view harm, bool is_beside, Finding& finding);
  void judge(const Task& task, Outcome& outcome, bool has_allowed_late);
  std::optional<Finding> seen(const Task& task) const;
  std::optional<Finding> doubt(const Task& task, const Finding& finding, bool has_allowed_late);

  const RunContext& run_;
  std::vector<Task> tasks_;
  RunSettings settings_;
  std::function<void(Outcome)> tell_;
  std::function<void()> finished_;
  std::mutex mutex_;  ///< of telling, of the contexts and of the players
  std::set<CaseContext*> contexts_;
  std::vector<std::jthread> players_;
  std::size_t active_ = 0;  ///< players that do not only wait
  std::condition_variable player_left_;
  /// Of the cases that are played by themselves. A turn lasts until it is known what has become of
  /// the broker, or the case only waits.
  Turns turns_;
  std::size_t next_ = 0;  ///< task to be played
  std::atomic<bool> cancelled_ = false;
  /// A finding since the last look can come from the broker's death.
  std::atomic<bool> is_doubted_ = false;
  std::atomic<bool> is_gone_ = false;
  /// It still lets clients in.
  std::atomic<bool> is_half_gone_ = false;
  /// To a client that had just come, before the first case by itself that may end it.
  std::optional<bool> delivered_;
  /// The broker takes what follows CONNECT at once, as far as is known.
  std::atomic<bool> may_look_at_once_ = true;
  /// Those found wanting since the broker was last seen to be there; in order.
  std::vector<std::string> suspects_;
  std::vector<Outcome> held_;  ///< to be replayed when nothing else is played any more
  Duration replay_time_left_{};
  std::jthread conductor_;
};

}  // namespace mqtt_toolbox::check
