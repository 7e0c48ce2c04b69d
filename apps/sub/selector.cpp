#include "sub/selector.hpp"

#include <algorithm>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::sub {

bool Selector::is_filtered_out(protocol::Bytes topic) const {
  return std::any_of(plan_.filters_out.begin(), plan_.filters_out.end(),
                     [&](const std::string& filter) { return protocol::matches(filter, topic); });
}

bool Selector::counts(const protocol::Publish& message) const {
  if (message.retain ? plan_.hide_retained : plan_.retained_only) return false;
  return !is_filtered_out(message.topic);
}

bool Selector::is_to_be_cleared(const protocol::Publish& message) const {
  return plan_.remove_retained && message.retain && !is_filtered_out(message.topic);
}

bool Selector::is_shown() {
  if (plan_.random_percent >= 100) return true;
  return std::uniform_real_distribution<double>(0, 100)(random_) < plan_.random_percent;
}

}  // namespace mqtt_toolbox::sub
