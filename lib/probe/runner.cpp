#include "probe/runner.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "base/thread.hpp"
#include "probe/look.hpp"
#include "probe/patience.hpp"
#include "probe/replays.hpp"

namespace mqtt_toolbox::probe {

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

Runner::Runner(const Ground& ground, std::vector<Task> tasks, RunSettings settings,
               std::function<void(Outcome)> tell, std::function<void()> finished)
    : ground_(ground),
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
  std::vector<std::jthread> players;
  const std::size_t count = std::min(settings_.side_by_side, tasks_.size());
  for (std::size_t i = 1; i < count; ++i)
    if (auto player = start_thread([this] { work(false); })) players.push_back(*std::move(player));
  work(false);
  players.clear();
  replay_held();
  next_ = 0;
  work(true);
  finished_();
}

void Runner::work(bool alone) {
  for (std::size_t at = next_++; at < tasks_.size(); at = next_++)
    if (tasks_[at].played->alone == alone && !cancelled_) play_or_skip(at);
}

/// Looks again after a finding that can come from the broker's death.
bool Runner::is_broker_there(const Task& task) {
  if (!is_gone_ && is_doubted_.exchange(false)) {
    const Attempt attempt = visit(task);
    // One that is refused may be kept out by the others.
    is_gone_ = attempt.kind == Attempt::Kind::silent ||
               (attempt.kind == Attempt::Kind::unreachable && !is_local_shortage(attempt));
    const std::lock_guard lock(mutex_);
    if (attempt.kind == Attempt::Kind::accepted && !is_doubted_) suspects_.clear();
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

void Runner::play_or_skip(std::size_t number) {
  const Task& task = tasks_[number];
  if (is_broker_there(task)) return play(number);
  if (!cancelled_) tell({number, seen(task).value_or(inconclusive(why_gone())), {}, {}, 0});
}

std::optional<Finding> Runner::seen(const Task& task) const {
  return task.played->seen != nullptr ? task.played->seen(ground_) : std::nullopt;
}

/// Takes the scene from the list that `cancel` goes through.
struct Runner::Listed {
  Runner& runner;
  Scene& scene;

  ~Listed() {
    const std::lock_guard lock(runner.mutex_);
    runner.scenes_.erase(&scene);
  }
};

/// Calls `act(scene)` on a new scene, which `cancel` reaches meanwhile. A scene that this side has
/// no descriptors for is an error.
template <typename Act>
Status Runner::on_scene(const Task& task, Duration limit, unsigned play, const Act& act) {
  try {
    act_on_scene(task, limit, play, act);
    return {};
  } catch (const std::exception& exception) {
    return fail(ExitCode::io, exception.what());
  }
}

template <typename Act>
void Runner::act_on_scene(const Task& task, Duration limit, unsigned play, const Act& act) {
  Scene scene(ground_, task, limit, play);
  {
    const std::lock_guard lock(mutex_);
    scenes_.insert(&scene);
    if (cancelled_) scene.cancel();
  }
  const Listed listed{*this, scene};
  act(scene);
}

Attempt Runner::visit(const Task& task) {
  Attempt attempt;
  const Duration limit = settings_.limit.value_or(usual_patience);
  const Status played = on_scene(task, limit, 0, [&](Scene& scene) {
    Wire& visitor = scene.wire(plan_of_look(scene));
    attempt = visitor.try_connect();
    visitor.disconnect();
  });
  if (!played) attempt.text = played.error().text;
  return attempt;
}

Look Runner::look(const Task& task) {
  Look seen;
  const Duration limit = settings_.limit.value_or(usual_patience);
  const Status played =
      on_scene(task, limit, 0, [&](Scene& scene) { seen = look_at_broker(scene); });
  if (!played) seen.attempt.text = played.error().text;
  return seen;
}

/// Whether new clients get messages, before the first case that may end that.
void Runner::look_before(const Task& task) {
  if (task.played->may_kill && !is_beside_others(task) && !delivered_)
    delivered_ = look(task).delivers;
}

/// What a case has done to the broker; empty: it lives. Where others play too, it may be their
/// doing.
std::string_view Runner::harm_after(const Task& task) {
  if (!task.played->may_kill || cancelled_) return {};
  const Look after = look(task);
  const auto kind = after.attempt.kind;
  if (cancelled_ || is_local_shortage(after.attempt)) return {};
  const bool is_out = kind != Attempt::Kind::accepted;
  if (is_beside_others(task))
    return kind == Attempt::Kind::silent || kind == Attempt::Kind::unreachable ? lets_nobody_in
                                                                               : std::string_view();
  if (is_out) return lets_nobody_in;
  return delivered_ == true && !after.delivers ? delivers_nothing : std::string_view();
}

/// A case that was played by itself has done it.
void Runner::blame(const Task& task, std::string_view harm, Finding& finding) {
  const std::string text = fmt::format("{}; before that: {}", harm, finding.observed);
  if (is_beside_others(task)) {
    finding = inconclusive(text);
    return suspect(task);
  }
  finding = broken(text);
  suspect(task);
  is_half_gone_ = harm == delivers_nothing;
  is_gone_ = true;
}

/// In place of a finding against the broker, which is believed of one that takes a new client only.
std::optional<Finding> Runner::doubt(const Task& task, const Finding& finding) {
  const bool is_against = finding.verdict == Verdict::fail || finding.verdict == Verdict::deviates;
  if (!is_against || task.played->may_kill) return {};
  const Attempt attempt = visit(task);
  if (attempt.kind == Attempt::Kind::accepted) return {};
  const std::string why = cancelled_                   ? "interrupted"
                          : is_local_shortage(attempt) ? attempt.text
                                                       : std::string(lets_nobody_in);
  return inconclusive(why + "; before that: " + finding.observed);
}

void Runner::play(std::size_t number) {
  Outcome outcome = play_once(number, 0, limit_of(tasks_[number]));
  if (!is_to_be_replayed(outcome)) return tell(std::move(outcome));
  if (!tasks_[number].played->alone) {
    const std::lock_guard lock(mutex_);
    return held_.push_back(std::move(outcome));
  }
  replay(outcome);
  tell(std::move(outcome));
}

Duration Runner::limit_of(const Task& task) const {
  return settings_.limit.value_or(task.played->limit);
}

bool Runner::is_beside_others(const Task& task) const {
  return !task.played->alone && settings_.side_by_side > 1 && tasks_.size() > 1;
}

Outcome Runner::play_once(std::size_t number, unsigned play, Duration limit) {
  const Task& task = tasks_[number];
  look_before(task);
  const Time before = SystemClock().now();
  Outcome outcome{number, {}, {}, {}};
  const Status played = on_scene(task, limit, play, [&](Scene& scene) {
    outcome.finding = scene.verdict(task.played->play(scene));
    outcome.facts = scene.take_facts();
  });
  if (!played) outcome.finding = inconclusive(played.error().text);
  outcome.took = SystemClock().now() - before;
  judge(task, outcome);
  return outcome;
}

/// In the light of what becomes of the broker, and of what the other cases have seen.
void Runner::judge(const Task& task, Outcome& outcome) {
  if (auto found = seen(task)) {
    outcome.finding = std::move(*found);
    return;
  }
  if (auto doubted = doubt(task, outcome.finding)) {
    outcome.finding = std::move(*doubted);
    outcome.facts.clear();
  }
  if (const std::string_view harm = harm_after(task); !harm.empty())
    return blame(task, harm, outcome.finding);
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
    const Duration limit = std::min(limit_of(task), replay_time_left_);
    Outcome alone = play_once(outcome.number, static_cast<unsigned>(again.size()) + 1, limit);
    replay_time_left_ -= alone.took;
    // One that was interrupted says nothing.
    if (!cancelled_) again.push_back(std::move(alone));
  }
  judge_again(outcome, again);
  if (again.size() < settings_.replays && !cancelled_ && !is_gone_)
    outcome.finding.observed += fmt::format(" (played again {} of {} times: no time was left)",
                                            again.size(), settings_.replays);
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
  for (Scene* scene : scenes_) scene->inbox().post([scene] { scene->cancel(); });
}

}  // namespace mqtt_toolbox::probe
