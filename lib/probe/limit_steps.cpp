#include "probe/limit_steps.hpp"

namespace mqtt_toolbox::probe {

namespace {

/// How long an attempt may take that the broker does not refuse at once.
constexpr Duration attempt_patience = std::chrono::milliseconds(1500);
/// What a search leaves of its case's time, for the attempt under way.
constexpr Duration reserve = std::chrono::seconds(5);

}  // namespace

bool has_to_stop(Scene& scene) {
  return scene.in_trouble() || scene.time_left() < reserve;
}

std::optional<bool> Echo::comes_back(const std::string& topic) {
  if (has_to_stop(scene_)) return std::nullopt;
  if (wire_ == nullptr || !wire_->online()) wire_ = &scene_.connected();
  wire_->forget_received();
  const auto granted =
      wire_->try_subscribe(topic, {.qos = protocol::Qos::at_least_once}, attempt_patience);
  if (scene_.in_trouble()) return std::nullopt;
  if (!granted || is_failure(*granted)) return false;
  const auto taken = wire_->try_publish(message(topic, "echo"), attempt_patience);
  if (scene_.in_trouble()) return std::nullopt;
  if (!taken || is_failure(*taken)) return false;
  const bool came = wait_for_message(scene_, *wire_, "echo", attempt_patience) != nullptr;
  const bool same = came && wire_->received().front().topic == topic;
  (void)wire_->try_unsubscribe(topic);
  return scene_.in_trouble() ? std::nullopt : std::optional(same);
}

Finding report_limit(Scene& scene, const FactRow& row, const Largest& largest,
                     std::string_view of_what) {
  if (largest.value == 0)
    return scene.in_trouble() ? Finding{} : broken("not even the smallest " + std::string(of_what));
  Fact found = measured(row, largest.value, largest.at_least);
  std::string text = show(found);
  if (row.kind == FactKind::count) (text += ' ') += of_what;
  scene.tell(std::move(found));
  return pass(std::move(text));
}

}  // namespace mqtt_toolbox::probe
