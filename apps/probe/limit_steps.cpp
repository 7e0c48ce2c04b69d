#include "probe/limit_steps.hpp"

#include <algorithm>

namespace mqtt_toolbox::probe {

using namespace check;

namespace {

/// How long an attempt may take that the broker does not refuse at once; more for long topics.
constexpr Duration attempt_patience = std::chrono::milliseconds(1500);

}  // namespace

bool has_to_stop(Scene& scene) {
  return scene.in_trouble() || scene.time_left() < Scene::reserve || scene.is_late_time_over();
}

Patience within_time(Scene& scene, Patience patience) {
  return {std::min(patience.time, scene.time_left() / 2), patience.looks_on};
}

std::optional<bool> Echo::comes_back(const std::string& topic) {
  if (has_to_stop(scene_)) return std::nullopt;
  if (wire_ == nullptr || !wire_->online()) wire_ = &scene_.connected();
  wire_->forget_received();
  const Patience patience = within_time(
      scene_, must_come_within(attempt_patience + std::chrono::milliseconds(topic.size() / 10)));
  const auto granted = wire_->try_subscribe(topic, {.qos = protocol::Qos::at_least_once}, patience);
  if (!granted || is_failure(*granted)) return no_or_silent(granted.has_value());
  const auto taken = wire_->try_publish(message(topic, "echo"), patience);
  if (!taken || is_failure(*taken)) return no_or_silent(taken.has_value());
  const bool came = wait_for_message(scene_, *wire_, "echo", patience) != nullptr;
  const bool same = came && wire_->received().front().topic == topic;
  (void)wire_->begin_unsubscribe(topic);
  return scene_.in_trouble() ? std::nullopt : std::optional(same);
}

std::optional<bool> Echo::no_or_silent(bool was_answered) const {
  const bool is_silent = !was_answered && wire_->online();
  return scene_.in_trouble() || is_silent ? std::nullopt : std::optional(false);
}

Finding report_limit(Scene& scene, const FactRow& row, const Largest& largest,
                     std::string_view of_what) {
  if (largest.value == 0 && largest.at_least) return inconclusive("nothing was answered in time");
  if (largest.value == 0)
    return scene.in_trouble() ? Finding{} : broken("not even the smallest " + std::string(of_what));
  Fact found = measured(row, largest.value, largest.at_least);
  std::string text = show(found);
  if (row.kind == FactKind::count) (text += ' ') += of_what;
  scene.tell(std::move(found));
  return pass(std::move(text));
}

}  // namespace mqtt_toolbox::probe
