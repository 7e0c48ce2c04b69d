#include "probe/limit_steps.hpp"

#include <algorithm>

namespace mqtt_toolbox::probe {

using namespace check;

namespace {

/// How long an attempt may take that the broker does not refuse at once; more for long topics.
constexpr Duration attempt_timeout = std::chrono::milliseconds(1500);

}  // namespace

bool has_to_stop(CaseContext& context) {
  return context.is_aborted() || context.time_left() < CaseContext::reserve ||
         context.is_late_time_over();
}

Timeout within_time(CaseContext& context, Timeout timeout) {
  return {std::min(timeout.time, context.time_left() / 2), timeout.looks_on};
}

std::optional<bool> Echo::comes_back(const std::string& topic) {
  if (has_to_stop(context_)) return std::nullopt;
  if (client_ == nullptr || !client_->online()) client_ = &context_.connected();
  client_->forget_received();
  const Timeout timeout = within_time(
      context_, must_come_within(attempt_timeout + std::chrono::milliseconds(topic.size() / 10)));
  const auto granted =
      client_->try_subscribe(topic, {.qos = protocol::Qos::at_least_once}, timeout);
  if (!granted || is_failure(*granted)) return no_or_silent(granted.has_value());
  const auto taken = client_->try_publish(message(topic, "echo"), timeout);
  if (!taken || is_failure(*taken)) return no_or_silent(taken.has_value());
  const bool came = wait_for_message(context_, *client_, "echo", timeout) != nullptr;
  const bool same = came && client_->received().front().topic == topic;
  (void)client_->begin_unsubscribe(topic);
  return context_.is_aborted() ? std::nullopt : std::optional(same);
}

std::optional<bool> Echo::no_or_silent(bool was_answered) const {
  const bool is_silent = !was_answered && client_->online();
  return context_.is_aborted() || is_silent ? std::nullopt : std::optional(false);
}

Finding report_limit(CaseContext& context, const FactRow& row, const Largest& largest,
                     std::string_view of_what) {
  if (largest.value == 0 && largest.at_least) return inconclusive("nothing was answered in time");
  if (largest.value == 0)
    return context.is_aborted() ? Finding{}
                                : broken("not even the smallest " + std::string(of_what));
  Fact found = measured(row, largest.value, largest.at_least);
  std::string text = show(found);
  if (row.kind == FactKind::count) (text += ' ') += of_what;
  context.tell(std::move(found));
  return pass(std::move(text));
}

}  // namespace mqtt_toolbox::probe
