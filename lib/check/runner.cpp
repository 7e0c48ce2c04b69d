#include "check/runner.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/thread.hpp"
#include "check/reachability.hpp"
#include "check/replays.hpp"
#include "check/timeout.hpp"

namespace mqtt_toolbox::check {

namespace {

/// Of those that are played by themselves: the one whose turn it is, and the next one.
constexpr std::size_t players_in_turn = 2;

bool is_accepted(const Attempt& attempt) {
  return attempt.kind == Attempt::Kind::accepted;
}

bool is_shut_out(const Attempt& attempt) {
  return !is_accepted(attempt);
}

/// One that is refused may be kept out by the others.
bool is_nobody_there(const Attempt& attempt) {
  return attempt.kind == Attempt::Kind::silent ||
         (attempt.kind == Attempt::Kind::unreachable && !is_local_shortage(attempt));
}

/// Why a finding is doubted, and what it was; once, however many reasons there are.
std::string with_doubt(std::string_view why, std::string_view observed) {
  constexpr std::string_view link = "; before that: ";
  const auto at = observed.find(link);
  if (at != std::string_view::npos) observed.remove_prefix(at + link.size());
  return fmt::format("{}{}{}", why, link, observed);
}

}  // namespace

std::vector<Task> tasks_of(std::span<const Case> cases, protocol::Version version,
                           std::span<const std::string> names) {
  std::vector<Task> tasks;
  const auto is_wanted = [&](const Task& task) {
    return names.empty() ||
           std::find(names.begin(), names.end(), task.played->name) != names.end() ||
           std::find(names.begin(), names.end(), task.name()) != names.end();
  };
  for (const Case& played : cases) {
    if (!includes(played.versions, version)) continue;
    for (const Variant& variant : played.variants)
      if (const Task task{&played, &variant}; is_wanted(task)) tasks.push_back(task);
  }
  return tasks;
}

Runner::Runner(const RunContext& run, std::vector<Task> tasks, RunSettings settings,
               std::function<void(Outcome)> tell, std::function<void()> finished)
    : run_(run),
      tasks_(std::move(tasks)),
      settings_(settings),
      tell_(std::move(tell)),
      finished_(std::move(finished)),
      replay_time_left_(settings.replay_time) {}

Runner::~Runner() {
  cancel();
}

Status Runner::start() {
  return start_thread([this] { conduct(); }).map([this](std::jthread&& thread) {
    conductor_ = std::move(thread);
  });
}

void Runner::conduct() {
  for (const bool alone : {false, true}) {
    {
      const std::lock_guard lock(mutex_);
      next_ = 0;
    }
    const std::size_t count =
        std::min(settings_.side_by_side, alone ? players_in_turn : tasks_.size());
    bool is_any_there = false;
    for (std::size_t i = 0; i < count; ++i) is_any_there = add_player(alone) || is_any_there;
    if (!is_any_there) {
      enter();
      work(alone);
    }
    std::unique_lock lock(mutex_);
    player_left_.wait(lock, [this] { return active_ == 0; });
  }
  join_players();
  replay_held();
  finished_();
}

bool Runner::add_player(bool alone) {
  enter();
  auto player = start_thread([this, alone] { work(alone); });
  if (!player) {
    leave();
    return false;
  }
  const std::lock_guard lock(mutex_);
  players_.push_back(*std::move(player));
  return true;
}

void Runner::enter() {
  const std::lock_guard lock(mutex_);
  ++active_;
}

void Runner::join_players() {
  for (std::unique_lock lock(mutex_); !players_.empty(); lock.lock()) {
    std::jthread player = std::move(players_.back());
    players_.pop_back();
    lock.unlock();
    player.join();
  }
}

void Runner::work(bool alone) {
  Player player{alone};
  while (player.is_active) {
    std::optional<Turns::Place> place;
    const auto number = next_task(alone, place);
    if (!number) return leave();
    if (!cancelled_) play_or_skip(*number, player, place ? &*place : nullptr);
  }
}

/// It has its place before a later one is taken.
std::optional<std::size_t> Runner::next_task(bool alone, std::optional<Turns::Place>& place) {
  const std::lock_guard lock(mutex_);
  while (next_ < tasks_.size() && tasks_[next_].played->alone != alone) ++next_;
  if (next_ == tasks_.size()) return std::nullopt;
  if (alone) place.emplace(turns_, next_);
  return next_++;
}

void Runner::leave() {
  const std::lock_guard lock(mutex_);
  --active_;
  player_left_.notify_all();
}

/// It only waits from now on: another one takes its place.
void Runner::step_aside(Player& player) {
  const bool may_step_aside = player.is_active && settings_.side_by_side > 1;
  if (!may_step_aside || !add_player(player.alone)) return;
  player.is_active = false;
  leave();
}

/// Looks again after a finding that can come from the broker's death.
bool Runner::is_broker_there(const Task& task) {
  if (!is_gone_ && is_doubted_.exchange(false)) {
    const Attempt attempt = settled_visit(task, is_nobody_there);
    is_gone_ = is_nobody_there(attempt);
    const std::lock_guard lock(mutex_);
    if (is_accepted(attempt) && !is_doubted_) suspects_.clear();
  }
  return !is_gone_;
}

/// The broker's death may be its doing.
void Runner::suspect(const Task& task) {
  const std::lock_guard lock(mutex_);
  suspects_.push_back(task.name());
  is_doubted_ = true;
}

std::string Runner::why_gone() {
  constexpr std::size_t shown = 3;
  const std::lock_guard lock(mutex_);
  std::string text(is_half_gone_ ? delivers_nothing : lets_nobody_in);
  for (std::size_t i = 0; i < std::min(shown, suspects_.size()); ++i)
    text += (i == 0 ? ", since the case " : ", ") + suspects_[i];
  if (suspects_.size() > shown) text += fmt::format(" or {} others", suspects_.size() - shown);
  return text;
}

/// Before the harm that the task may do.
bool Runner::is_ready_for(const Task& task) {
  if (!is_broker_there(task)) return false;
  reach_before(task);
  return true;
}

void Runner::play_or_skip(std::size_t number, Player& player, Turns::Place* place) {
  const Task& task = tasks_[number];
  const bool begins_harmless = place != nullptr && task.played->begins_harmless;
  if (place != nullptr && !begins_harmless) place->take();
  if (begins_harmless ? !is_gone_ : is_ready_for(task)) return play(number, player, place);
  if (!cancelled_) tell({number, seen(task).value_or(inconclusive(why_gone())), {}, {}, 0});
}

void Runner::take_turn(CaseContext& context, Turns::Place& place) {
  place.take();
  if (!cancelled_ && !is_ready_for(context.task())) context.abort(why_gone());
}

std::optional<Finding> Runner::seen(const Task& task) const {
  return task.played->seen != nullptr ? task.played->seen(run_) : std::nullopt;
}

/// Takes the context from the list that `cancel` goes through.
struct Runner::Listed {
  Runner& runner;
  CaseContext& context;

  ~Listed() {
    const std::lock_guard lock(runner.mutex_);
    runner.contexts_.erase(&context);
  }
};

/// Calls `act(context)` on a new context, which `cancel` reaches meanwhile. A context that this
/// side has no descriptors for is an error.
template <typename Act>
Status Runner::in_context(const Task& task, Duration limit, unsigned play, const Act& act) {
  CaseContext context(run_, task, limit, play);
  if (!context.made()) return context.made();
  {
    const std::lock_guard lock(mutex_);
    contexts_.insert(&context);
    if (cancelled_) context.cancel();
  }
  const Listed listed{*this, context};
  act(context);
  return {};
}

/// A broker may refuse a client now and then, or be slow for a while: `ask(pause)` is called again
/// after a pause, and once more after a longer one, as long as its answer is bad.
template <typename Ask, typename IsBad>
auto Runner::settled(const Ask& ask, const IsBad& is_bad) {
  auto answer = ask(Duration{});
  for (const int seconds : {1, 3}) {
    if (cancelled_ || !is_bad(answer)) break;
    answer = ask(Duration(std::chrono::seconds(seconds)));
  }
  return answer;
}

Attempt Runner::visit(const Task& task, Duration pause) {
  Attempt attempt;
  const Duration limit = settings_.limit.value_or(usual_timeout.time) + pause;
  const Status played = in_context(task, limit, 0, [&](CaseContext& context) {
    if (pause != Duration{}) context.stay(pause);
    ScriptedClient& visitor = context.client(plan_of_reach(context));
    attempt = visitor.try_connect();
    visitor.disconnect();
  });
  if (!played) attempt.text = played.error().text;
  return attempt;
}

Attempt Runner::settled_visit(const Task& task, bool (*is_bad)(const Attempt&)) {
  return settled([&](Duration pause) { return visit(task, pause); }, is_bad);
}

Reachability Runner::look(const Task& task, Duration pause,
                          const std::function<Reachability(CaseContext&)>& look_at) {
  Reachability seen;
  const Duration limit = settings_.limit.value_or(usual_timeout.time) + 3 * pause;
  const Status played =
      in_context(task, limit, 0, [&](CaseContext& context) { seen = look_at(context); });
  if (!played) seen.attempt.text = played.error().text;
  return seen;
}

Reachability Runner::look(const Task& task, Duration pause) {
  return look(task, pause, [pause](CaseContext& context) { return reach_broker(context, pause); });
}

/// Whether new clients get messages, before the first case that may end that.
void Runner::reach_before(const Task& task) {
  if (task.played->may_kill && !is_beside_others(task) && !delivered_)
    delivered_ = look(task).delivers;
}

bool Runner::is_harmed(const Reachability& look) const {
  if (is_local_shortage(look.attempt)) return false;
  return is_shut_out(look.attempt) || (delivered_ == true && !look.delivers);
}

/// Looks at once first, until a broker was found that is well and does not take it.
Reachability Runner::settled_reachability(const Task& task) {
  if (may_look_at_once_) {
    Reachability seen = look(task, {}, look_at_once);
    if (cancelled_ || !is_harmed(seen)) return seen;
  }
  Reachability seen = settled([&](Duration pause) { return look(task, pause); },
                              [&](const Reachability& answer) { return is_harmed(answer); });
  if (!is_harmed(seen)) may_look_at_once_ = false;
  return seen;
}

/// What a case has done to the broker; empty: it lives. Where others play too, it may be their
/// doing, and so it may be where it waited long while others played.
std::string_view Runner::harm_after(const Task& task, bool is_beside) {
  if (!task.played->may_kill || cancelled_) return {};
  const Reachability after = settled_reachability(task);
  const auto kind = after.attempt.kind;
  if (cancelled_ || !is_harmed(after)) return {};
  if (is_beside)
    return kind == Attempt::Kind::silent || kind == Attempt::Kind::unreachable ? lets_nobody_in
                                                                               : std::string_view();
  return is_shut_out(after.attempt) ? lets_nobody_in : delivers_nothing;
}

/// A case that was played by itself has done it.
void Runner::blame(const Task& task, std::string_view harm, bool is_beside, Finding& finding) {
  const std::string text = with_doubt(harm, finding.observed);
  if (is_beside) {
    finding = inconclusive(text);
    return suspect(task);
  }
  finding = broken(text);
  suspect(task);
  is_half_gone_ = harm == delivers_nothing;
  is_gone_ = true;
}

/// In place of a finding against the broker, which is believed of one that takes a new client only;
/// so is any finding after a long wait, in which others may have killed it.
std::optional<Finding> Runner::doubt(const Task& task, const Finding& finding,
                                     bool has_allowed_late) {
  const bool is_against = finding.verdict == Verdict::fail || finding.verdict == Verdict::deviates;
  if (!has_allowed_late && (!is_against || task.played->may_kill)) return {};
  const Attempt attempt = settled_visit(task, is_shut_out);
  if (is_accepted(attempt)) return {};
  const std::string why = cancelled_                   ? "interrupted"
                          : is_local_shortage(attempt) ? attempt.text
                                                       : std::string(lets_nobody_in);
  return inconclusive(with_doubt(why, finding.observed));
}

void Runner::play(std::size_t number, Player& player, Turns::Place* place) {
  const Task& task = tasks_[number];
  Outcome outcome = play_once(number, 0, limit_of(task), [&](CaseContext& context) {
    if (place != nullptr && task.played->begins_harmless)
      context.on_harm([&context, place, this] { take_turn(context, *place); });
    allow_late(context, [&player, place, this] {
      if (place != nullptr) place->leave();
      step_aside(player);
    });
  });
  if (!is_to_be_replayed(outcome)) return tell(std::move(outcome));
  const std::lock_guard lock(mutex_);
  held_.push_back(std::move(outcome));
}

/// A limit of the user's holds.
void Runner::allow_late(CaseContext& context, std::function<void()> begins) const {
  if (!settings_.limit) context.allow_late(settings_.timeout, std::move(begins));
}

Duration Runner::limit_of(const Task& task) const {
  return settings_.limit.value_or(task.played->limit +
                                  task.played->trips * run_.round_trip->bound());
}

bool Runner::is_beside_others(const Task& task) const {
  return !task.played->alone && settings_.side_by_side > 1 && tasks_.size() > 1;
}

/// `prepare` sees the context first.
Outcome Runner::play_once(std::size_t number, unsigned play, Duration limit,
                          const std::function<void(CaseContext&)>& prepare) {
  const Task& task = tasks_[number];
  const Time before = SystemClock().now();
  Outcome outcome{number, {}, {}, {}};
  bool has_allowed_late = false;
  const Status played = in_context(task, limit, play, [&](CaseContext& context) {
    prepare(context);
    const Finding found = task.played->play(context);
    // One that has not come to the harm is judged in its turn all the same.
    (void)context.begin_harm();
    outcome.finding = context.verdict(found);
    outcome.facts = context.take_facts();
    has_allowed_late = context.has_allowed_late();
    outcome.took -= context.waited_for_turn();
  });
  if (!played) outcome.finding = inconclusive(played.error().text);
  outcome.took += SystemClock().now() - before;
  judge(task, outcome, has_allowed_late);
  return outcome;
}

/// In the light of what becomes of the broker, and of what the other cases have seen.
void Runner::judge(const Task& task, Outcome& outcome, bool has_allowed_late) {
  if (auto found = seen(task)) {
    outcome.finding = std::move(*found);
    return;
  }
  // The case before it has ended the broker meanwhile.
  if (task.played->begins_harmless && is_gone_) {
    outcome = {outcome.number, inconclusive(why_gone()), {}, outcome.took, 0};
    return;
  }
  if (auto doubted = doubt(task, outcome.finding, has_allowed_late)) {
    outcome.finding = std::move(*doubted);
    outcome.facts.clear();
  }
  const bool is_beside = has_allowed_late || is_beside_others(task);
  if (const std::string_view harm = harm_after(task, is_beside); !harm.empty())
    return blame(task, harm, is_beside, outcome.finding);
  // What has waited long is done with the broker: others, which played meanwhile, are suspected.
  if (has_allowed_late) {
    is_doubted_ = true;
    return;
  }
  const Verdict verdict = outcome.finding.verdict;
  if (verdict == Verdict::fail || verdict == Verdict::inconclusive) suspect(task);
}

bool Runner::is_to_be_replayed(const Outcome& outcome) const {
  const Verdict verdict = outcome.finding.verdict;
  const bool is_open = verdict == Verdict::fail || verdict == Verdict::inconclusive;
  const bool is_useful = tasks_[outcome.number].played->seen == nullptr;
  return is_open && is_useful && settings_.replays != 0 && !cancelled_ && !is_gone_;
}

void Runner::replay_held() {
  for (Outcome& outcome : held_) {
    replay(outcome);
    tell(std::move(outcome));
  }
  held_.clear();
}

/// As often as there is time for, unless the broker is gone.
void Runner::replay(Outcome& outcome) {
  const Task& task = tasks_[outcome.number];
  std::vector<Outcome> again;
  while (again.size() < settings_.replays && replay_time_left_ > Duration{} && !cancelled_ &&
         is_broker_there(task)) {
    const Time begin = SystemClock().now();
    const auto first = static_cast<unsigned>(again.size()) + 1;
    const unsigned last = is_beside_others(task) ? settings_.replays : first;
    std::vector<Outcome> played = replay_beside_itself(outcome, first, last);
    replay_time_left_ -= SystemClock().now() - begin;
    // One that was interrupted says nothing.
    if (cancelled_) break;
    std::move(played.begin(), played.end(), std::back_inserter(again));
  }
  judge_again(outcome, again);
  if (again.size() < settings_.replays && !cancelled_ && !is_gone_)
    outcome.finding.observed += fmt::format(" (played again {} of {} times: no time was left)",
                                            again.size(), settings_.replays);
}

/// The plays of those numbers, at once: its topics and clients are other ones in each.
std::vector<Outcome> Runner::replay_beside_itself(const Outcome& outcome, unsigned first,
                                                  unsigned last) {
  const Duration limit = std::min(limit_of(tasks_[outcome.number]), replay_time_left_);
  const bool was_open = outcome.finding.verdict == Verdict::inconclusive;
  const auto prepare = [&](CaseContext& context) {
    if (was_open) allow_late(context, [] {});
  };
  std::vector<Outcome> played(last - first + 1);
  const auto play = [&](std::size_t i) {
    played[i] = play_once(outcome.number, first + static_cast<unsigned>(i), limit, prepare);
  };
  std::vector<std::jthread> players;
  for (std::size_t i = 1; i < played.size(); ++i) {
    auto player = start_thread([&play, i] { play(i); });
    if (player)
      players.push_back(*std::move(player));
    else
      play(i);
  }
  play(0);
  players.clear();
  return played;
}

/// With what was learnt in the play that is believed.
void Runner::judge_again(Outcome& outcome, std::span<const Outcome> again) const {
  std::vector<Finding> alone;
  for (const Outcome& other : again) alone.push_back(other.finding);
  const bool was_open = outcome.finding.verdict == Verdict::inconclusive;
  const bool was_beside = is_beside_others(tasks_[outcome.number]);
  outcome.finding = judged_again(outcome.finding, alone, was_beside);
  outcome.plays += static_cast<unsigned>(again.size());
  for (const Outcome& other : again)
    if (was_open && other.finding.verdict == outcome.finding.verdict) {
      outcome.facts = other.facts;
      return;
    }
}

void Runner::tell(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  tell_(std::move(outcome));
}

void Runner::cancel() {
  cancelled_ = true;
  const std::lock_guard lock(mutex_);
  for (CaseContext* context : contexts_) context->inbox().post([context] { context->cancel(); });
}

}  // namespace mqtt_toolbox::check
