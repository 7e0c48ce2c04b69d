#include "sub/selector.hpp"

#include <algorithm>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::sub {
namespace {

protocol::Bytes without_share(protocol::Bytes filter) {
  auto shared = protocol::shared_subscription(filter);
  return shared ? shared->filter : filter;
}

protocol::Bytes take_level(protocol::Bytes& filter, bool& more) {
  std::size_t end = filter.find('/');
  protocol::Bytes level = filter.substr(0, end);
  more = end != protocol::Bytes::npos;
  filter = more ? filter.substr(end + 1) : protocol::Bytes();
  return level;
}

bool any_overlap(const std::vector<Request>& requests) {
  for (std::size_t i = 0; i < requests.size(); ++i)
    for (std::size_t j = i + 1; j < requests.size(); ++j)
      if (may_overlap(requests[i].filter, requests[j].filter)) return true;
  return false;
}

}  // namespace

bool may_overlap(protocol::Bytes one, protocol::Bytes other) {
  one = without_share(one);
  other = without_share(other);
  bool more_one = true;
  bool more_other = true;
  while (more_one && more_other) {
    auto level_one = take_level(one, more_one);
    auto level_other = take_level(other, more_other);
    if (level_one == "#" || level_other == "#") return true;
    if (level_one != level_other && level_one != "+" && level_other != "+") return false;
  }
  // "a/#" also matches "a".
  return more_one == more_other || one == "#" || other == "#";
}

Selector::Selector(const Plan& plan, Random& random)
    : plan_(plan),
      random_(random),
      dropped_(plan.requests.size()),
      overlap_(any_overlap(plan.requests)) {}

void Selector::drop(protocol::Bytes filter) {
  for (std::size_t i = 0; i < dropped_.size(); ++i)
    if (plan_.requests[i].filter == filter) dropped_[i] = true;
}

bool Selector::all_dropped() const {
  return std::find(dropped_.begin(), dropped_.end(), false) == dropped_.end();
}

bool Selector::takes_part(std::size_t index) const {
  return !dropped_[index] && !protocol::shared_subscription(plan_.requests[index].filter);
}

bool Selector::is_first_match(const protocol::Publish& message, std::uint32_t identifier) const {
  if (identifier == 0 || identifier > dropped_.size() || !takes_part(identifier - 1)) return true;
  for (std::size_t i = 0; i + 1 < identifier; ++i)
    if (takes_part(i) && protocol::matches(plan_.requests[i].filter, message.topic)) return false;
  return true;
}

bool Selector::is_other_copy(const protocol::Publish& message) const {
  bool any = false;
  for (const auto& property : message.properties) {
    if (property.id != protocol::PropertyId::subscription_identifier) continue;
    any = true;
    if (is_first_match(message, property.number)) return false;
  }
  return any;
}

bool Selector::concerns(const protocol::Publish& message) const {
  for (const auto& filter : plan_.filters_out)
    if (protocol::matches(filter, message.topic)) return false;
  return !identified_ || !is_other_copy(message);
}

bool Selector::counts(const protocol::Publish& message) const {
  if (message.retain ? plan_.hide_retained : plan_.retained_only) return false;
  return concerns(message);
}

bool Selector::is_to_be_cleared(const protocol::Publish& message) const {
  return plan_.remove_retained && message.retain && concerns(message);
}

bool Selector::is_shown() {
  if (plan_.random_percent >= 100) return true;
  return std::uniform_real_distribution<double>(0, 100)(random_) < plan_.random_percent;
}

}  // namespace mqtt_toolbox::sub
