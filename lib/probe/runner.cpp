#include "probe/runner.hpp"

#include <algorithm>

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
      finished_(std::move(finished)) {}

Runner::~Runner() {
  cancel();
}

void Runner::start() {
  conductor_ = std::jthread([this] {
    std::vector<std::jthread> players;
    const std::size_t count = std::min(settings_.side_by_side, tasks_.size());
    for (std::size_t i = 0; i < count; ++i) players.emplace_back([this] { work(false); });
    players.clear();
    next_ = 0;
    work(true);
    finished_();
  });
}

void Runner::work(bool alone) {
  for (std::size_t at = next_++; at < tasks_.size(); at = next_++)
    if (tasks_[at].played->alone == alone && !cancelled_) play(at);
}

void Runner::play(std::size_t number) {
  const Task& task = tasks_[number];
  const Time before = SystemClock().now();
  Finding finding;
  std::vector<Fact> facts;
  {
    Scene scene(ground_, task, settings_.limit.value_or(task.played->limit));
    {
      const std::lock_guard lock(mutex_);
      scenes_.insert(&scene);
      if (cancelled_) scene.cancel();
    }
    finding = scene.verdict(task.played->play(scene));
    facts = scene.take_facts();
    const std::lock_guard lock(mutex_);
    scenes_.erase(&scene);
  }
  const std::lock_guard lock(mutex_);
  tell_({number, std::move(finding), std::move(facts), SystemClock().now() - before});
}

void Runner::cancel() {
  cancelled_ = true;
  const std::lock_guard lock(mutex_);
  for (Scene* scene : scenes_) scene->inbox().post([scene] { scene->cancel(); });
}

}  // namespace mqtt_toolbox::probe
