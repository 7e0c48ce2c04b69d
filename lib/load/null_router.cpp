#include "load/null_router.hpp"

#include <algorithm>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::load {

using protocol::Bytes;

namespace {

template <typename Items, typename Same>
std::size_t erase_where(Items& items, Same same) {
  const auto kept = std::remove_if(items.begin(), items.end(), same);
  const auto count = static_cast<std::size_t>(items.end() - kept);
  items.erase(kept, items.end());
  return count;
}

}  // namespace

void NullRouter::subscribe(NullConnection& connection, Bytes filter, protocol::Qos qos) {
  (void)unsubscribe(connection, filter);
  const Target target{&connection, qos};
  if (const auto shared = protocol::shared_subscription(filter)) {
    groups_[{std::string(shared->share_name), std::string(shared->filter)}].members.push_back(
        target);
  } else {
    singles_.push_back({std::string(filter), target});
  }
  changed();
}

bool NullRouter::unsubscribe(NullConnection& connection, Bytes filter) {
  changed();
  const auto shared = protocol::shared_subscription(filter);
  if (!shared) {
    return erase_where(singles_, [&](const Single& single) {
             return single.target.connection == &connection && single.filter == filter;
           }) != 0;
  }
  const auto group = groups_.find({std::string(shared->share_name), std::string(shared->filter)});
  if (group == groups_.end()) return false;
  const auto count = erase_where(group->second.members, [&](const Target& member) {
    return member.connection == &connection;
  });
  if (group->second.members.empty()) groups_.erase(group);
  return count != 0;
}

void NullRouter::forget(NullConnection& connection) {
  changed();
  erase_where(singles_,
              [&](const Single& single) { return single.target.connection == &connection; });
  for (auto group = groups_.begin(); group != groups_.end();) {
    erase_where(group->second.members,
                [&](const Target& member) { return member.connection == &connection; });
    group = group->second.members.empty() ? groups_.erase(group) : std::next(group);
  }
}

NullRouter::Route& NullRouter::find(Bytes topic) {
  if (const auto known = routes_.find(topic); known != routes_.end()) return known->second;
  if (routes_.size() >= largest_memory) return unkept_ = match(topic);
  return routes_.emplace(std::string(topic), match(topic)).first->second;
}

NullRouter::Route NullRouter::match(Bytes topic) {
  Route route;
  for (const Single& single : singles_) {
    if (protocol::matches(single.filter, topic)) route.single.push_back(single.target);
  }
  for (auto& [name, group] : groups_) {
    if (protocol::matches(name.second, topic)) route.shared.push_back(&group);
  }
  return route;
}

}  // namespace mqtt_toolbox::load
