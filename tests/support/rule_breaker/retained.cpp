#include "support/rule_breaker/retained.hpp"

#include "support/rule_breaker/matching.hpp"

namespace mqtt_toolbox::rule_breaker {

void Retained::store(MessagePtr message) {
  if (message->payload.empty()) {
    if (!rules_.breaks(Breach::retained_lingering)) messages_.erase(message->topic);
    return;
  }
  MessagePtr& kept = messages_[message->topic];
  if (kept == nullptr || !rules_.breaks(Breach::retained_not_replaced)) kept = std::move(message);
}

std::vector<MessagePtr> Retained::matching(std::string_view filter, Time now) const {
  std::vector<MessagePtr> found;
  for (const auto& [topic, message] : messages_)
    if (matches(filter, topic, rules_) && !has_expired(*message, now, rules_))
      found.push_back(message);
  return found;
}

}  // namespace mqtt_toolbox::rule_breaker
