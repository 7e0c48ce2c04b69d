#include "client/subscriptions.hpp"

#include <unordered_set>

namespace mqtt_toolbox::client {

using protocol::Bytes;

namespace {

using Filters = std::unordered_set<Bytes>;

std::string without(Bytes entries, const Filters& filters) {
  std::string kept;
  while (const auto subscription = protocol::next_subscription(entries)) {
    if (!filters.contains(subscription->filter)) append_subscription(kept, *subscription);
  }
  return kept;
}

void remove_from(std::vector<KeptSubscribe>& kept, const Filters& filters) {
  for (KeptSubscribe& subscribe : kept) subscribe.entries = without(subscribe.entries, filters);
  std::erase_if(kept, [](const KeptSubscribe& subscribe) { return subscribe.entries.empty(); });
}

}  // namespace

void Subscriptions::add(session::Token token, const protocol::Subscribe& subscribe) {
  Filters filters;
  Bytes entries = subscribe.entries;
  while (const auto subscription = protocol::next_subscription(entries)) {
    filters.insert(subscription->filter);
  }
  remove_from(kept_, filters);
  kept_.push_back(
      {token, std::string(subscribe.properties.encoded()), std::string(subscribe.entries), false});
}

void Subscriptions::remove(std::span<const Bytes> filters) {
  remove_from(kept_, Filters(filters.begin(), filters.end()));
}

void Subscriptions::answered(session::Token token) {
  for (KeptSubscribe& subscribe : kept_) {
    if (subscribe.token == token) subscribe.answered = true;
  }
}

}  // namespace mqtt_toolbox::client
