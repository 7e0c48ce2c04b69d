#include "client/subscriptions.hpp"

namespace mqtt_toolbox::client {

using protocol::Bytes;

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
  for (KeptSubscribe& subscribe : kept_) subscribe.entries = without(subscribe.entries, filters);
  std::erase_if(kept_, [](const KeptSubscribe& subscribe) { return subscribe.entries.empty(); });
  next_ = 0;
}

void Subscriptions::add(session::Token token, const protocol::Subscribe& subscribe) {
  Filters filters;
  Bytes entries = subscribe.entries;
  while (const auto subscription = protocol::next_subscription(entries)) {
    filters.insert(subscription->filter);
  }
  forget(filters);
  kept_.push_back({token, std::string(subscribe.properties.encoded()),
                   std::string(subscribe.entries), KeptSubscribe::State::sent});
}

void Subscriptions::remove(std::span<const Bytes> filters) {
  forget(Filters(filters.begin(), filters.end()));
}

void Subscriptions::answered(session::Token token) {
  for (KeptSubscribe& subscribe : kept_) {
    if (subscribe.token == token) subscribe.state = KeptSubscribe::State::answered;
  }
}

void Subscriptions::start_again() {
  for (KeptSubscribe& subscribe : kept_) {
    if (subscribe.state == KeptSubscribe::State::answered) {
      subscribe.state = KeptSubscribe::State::due;
    }
  }
  next_ = 0;
}

const KeptSubscribe* Subscriptions::due() {
  while (next_ < kept_.size() && kept_[next_].state != KeptSubscribe::State::due) ++next_;
  return next_ < kept_.size() ? &kept_[next_] : nullptr;
}

void Subscriptions::sent_again() {
  kept_[next_].state = KeptSubscribe::State::sent;
}

}  // namespace mqtt_toolbox::client
