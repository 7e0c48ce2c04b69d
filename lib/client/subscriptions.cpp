#include "client/subscriptions.hpp"

#include <algorithm>
#include <set>

namespace mqtt_toolbox::client {

using protocol::Bytes;
using State = KeptSubscribe::State;

namespace {

std::string without(Bytes entries, const std::unordered_set<Bytes>& filters) {
  std::string kept;
  while (const auto subscription = protocol::next_subscription(entries)) {
    if (!filters.contains(subscription->filter)) append_subscription(kept, *subscription);
  }
  return kept;
}

}  // namespace

void Subscriptions::forget(const Filters& filters) {
  std::set<Key> changed;
  for (const Bytes filter : filters) {
    const auto owner = owners_.find(std::string(filter));
    if (owner == owners_.end()) continue;
    changed.insert(owner->second);
    owners_.erase(owner);
  }
  for (const Key key : changed) {
    KeptSubscribe& subscribe = kept_.at(key);
    subscribe.entries = without(subscribe.entries, filters);
    if (subscribe.entries.empty()) kept_.erase(key);
  }
}

void Subscriptions::add(session::Token token, const protocol::Subscribe& subscribe) {
  Filters filters;
  Bytes entries = subscribe.entries;
  while (const auto subscription = protocol::next_subscription(entries)) {
    filters.insert(subscription->filter);
  }
  forget(filters);
  const Key key = next_key_++;
  for (const Bytes filter : filters) owners_.emplace(filter, key);
  kept_.emplace(key, KeptSubscribe{token, std::string(subscribe.properties.encoded()),
                                   std::string(subscribe.entries), State::sent});
  unanswered_.emplace(token, key);
}

void Subscriptions::remove(std::span<const Bytes> filters) {
  forget(Filters(filters.begin(), filters.end()));
}

void Subscriptions::answered(session::Token token) {
  const auto [begin, end] = unanswered_.equal_range(token);
  for (auto each = begin; each != end; ++each) {
    const auto subscribe = kept_.find(each->second);
    if (subscribe != kept_.end()) subscribe->second.state = State::answered;
  }
  unanswered_.erase(begin, end);
}

bool Subscriptions::all_answered() const {
  return std::all_of(kept_.begin(), kept_.end(),
                     [](const auto& kept) { return kept.second.state == State::answered; });
}

std::string Subscriptions::first_filter() const {
  if (kept_.empty()) return {};
  Bytes entries = kept_.begin()->second.entries;
  return std::string(protocol::next_subscription(entries)->filter);
}

void Subscriptions::start_again() {
  for (auto& [key, subscribe] : kept_) {
    if (subscribe.state == State::answered) subscribe.state = State::due;
  }
  due_from_ = 0;
}

const KeptSubscribe* Subscriptions::due() {
  auto next = kept_.lower_bound(due_from_);
  while (next != kept_.end() && next->second.state != State::due) ++next;
  due_from_ = next == kept_.end() ? next_key_ : next->first;
  return next == kept_.end() ? nullptr : &next->second;
}

void Subscriptions::sent_again() {
  KeptSubscribe& subscribe = kept_.at(due_from_);
  subscribe.state = State::sent;
  unanswered_.emplace(subscribe.token, due_from_);
}

}  // namespace mqtt_toolbox::client
