#include "support/rule_breaker/shares.hpp"

#include <algorithm>

#include "support/rule_breaker/matching.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

bool is_there(const Session* session) {
  return session != nullptr && session->client != nullptr;
}

bool is_free(const Session* session) {
  return session == nullptr || (is_there(session) && !session->outbox.is_full());
}

}  // namespace

std::string Shares::name_of(const Subscription& subscription) const {
  if (rules_.breaks(Breach::share_groups_of_one_name_mixed)) return subscription.share;
  return subscription.share + "/" + subscription.filter;
}

void Shares::join(Session& session, const Subscription& subscription) {
  if (rules_.breaks(Breach::share_granted_silent)) return;
  Group& group = groups_[name_of(subscription)];
  if (group.members.empty()) group.filter = subscription.filter;
  const auto found = std::find_if(group.members.begin(), group.members.end(),
                                  [&](const Member& member) { return member.session == &session; });
  if (found != group.members.end()) {
    found->subscription = subscription;
  } else {
    group.members.push_back({&session, subscription, group.has_begun});
  }
}

void Shares::leave(Session& session, const Subscription& subscription) {
  const auto found = groups_.find(name_of(subscription));
  if (found == groups_.end()) return;
  remove(found->second, session);
  if (found->second.members.empty()) groups_.erase(found);
}

void Shares::remove(Group& group, const Session& session) {
  const auto is_it = [&](const Member& member) { return member.session == &session; };
  if (!rules_.breaks(Breach::share_left_member_gets)) {
    std::erase_if(group.members, is_it);
    return;
  }
  for (Member& member : group.members)
    if (is_it(member)) member.session = nullptr;
}

void Shares::forget(Session& session) {
  for (auto& [name, group] : groups_) remove(group, session);
  std::erase_if(groups_, [](const auto& entry) { return entry.second.members.empty(); });
}

bool Shares::is_subscribed(std::string_view topic) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const auto& entry) {
    return matches(entry.second.filter, topic, rules_);
  });
}

void Shares::dispatch(const MessagePtr& message) {
  bool is_first = true;
  for (auto& [name, group] : groups_) {
    if (!matches(group.filter, message->topic, rules_)) continue;
    if (is_first || !rules_.breaks(Breach::share_group_starved)) dispatch(name, group, message);
    is_first = false;
  }
}

void Shares::dispatch(const std::string& name, Group& group, const MessagePtr& message) {
  const Member* first = choose(group, nullptr);
  group.has_begun = true;
  if (first == nullptr) return;
  deliver(*first, name, message);
  if (!rules_.breaks(Breach::share_delivered_twice)) return;
  const Member* second = choose(group, first->session);
  if (second != nullptr) deliver(*second, name, message);
}

/// The next member in turn that can take a message at once, else one that is there, else any.
const Shares::Member* Shares::choose(Group& group, const Session* except) {
  if (const Member* member = choose_by_breach(group); member != nullptr && except == nullptr)
    return member;
  const auto next = [&](auto is_right) -> const Member* {
    for (std::size_t i = 0; i < group.members.size(); ++i) {
      const std::size_t at = (group.next + i) % group.members.size();
      const Member& member = group.members[at];
      const bool is_ignored = member.is_late && rules_.breaks(Breach::share_new_member_ignored);
      const bool is_excepted = except != nullptr && member.session == except;
      if (is_ignored || is_excepted || !is_right(member.session)) continue;
      group.next = at + 1;
      return &member;
    }
    return nullptr;
  };
  if (const Member* member = next(is_free)) return member;
  if (const Member* member = next(is_there)) return member;
  return next([](const Session*) { return true; });
}

const Shares::Member* Shares::choose_by_breach(const Group& group) const {
  const auto first = [&](auto is_right) -> const Member* {
    const auto found = std::find_if(group.members.begin(), group.members.end(),
                                    [&](const Member& member) { return is_right(member.session); });
    return found == group.members.end() ? nullptr : &*found;
  };
  if (rules_.breaks(Breach::share_unfair)) return first(is_there);
  if (rules_.breaks(Breach::share_slow_member_blocks))
    return first([](const Session* session) { return is_there(session) && !is_free(session); });
  return nullptr;
}

void Shares::deliver(const Member& member, const std::string& name, const MessagePtr& message) {
  if (member.session == nullptr) return;
  const Subscription& subscription = member.subscription;
  Delivery delivery{message, delivered_qos(message->qos, subscription.qos, rules_)};
  delivery.retain = message->retain && subscription.retain_as_published;
  if (subscription.identifier != 0) delivery.identifiers = {subscription.identifier};
  delivery.group = name;
  member.session->outbox.add(std::move(delivery));
}

bool Shares::has_other(const std::string& group, const Session& session, bool is_connected) const {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return false;
  const auto& members = found->second.members;
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    return member.session != &session && (!is_connected || is_there(member.session));
  });
}

void Shares::dispatch_again(const Delivery& delivery, const Session& except) {
  const auto found = groups_.find(delivery.group);
  if (found == groups_.end()) return;
  const Member* member = choose(found->second, &except);
  if (member != nullptr) deliver(*member, found->first, delivery.message);
}

}  // namespace mqtt_toolbox::rule_breaker
