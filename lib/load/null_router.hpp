#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/types.hpp"

namespace mqtt_toolbox::load {

class NullConnection;

/// Who subscribed to what. The subscriptions that match a topic are looked up once and kept until
/// any subscription changes.
class NullRouter {
 public:
  struct Target {
    NullConnection* connection = nullptr;
    protocol::Qos qos = protocol::Qos::at_most_once;
  };

  /// A filter that the connection has already is replaced (MQTT 5.0 section 3.8.4).
  void subscribe(NullConnection& connection, protocol::Bytes filter, protocol::Qos qos);
  /// False when there was no such subscription.
  bool unsubscribe(NullConnection& connection, protocol::Bytes filter);
  void forget(NullConnection& connection);

  /// Calls `deliver(const Target&)` for each subscription that matches, and for one member of each
  /// shared subscription, in turn.
  template <typename Deliver>
  void route(protocol::Bytes topic, Deliver deliver) {
    Route& route = find(topic);
    for (const Target& target : route.single) deliver(target);
    for (Group* group : route.shared)
      deliver(group->members[group->next++ % group->members.size()]);
  }

 private:
  struct Group {
    std::vector<Target> members;
    std::size_t next = 0;
  };
  struct Route {
    std::vector<Target> single;
    std::vector<Group*> shared;
  };
  struct Single {
    std::string filter;
    Target target;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(protocol::Bytes text) const {
      return std::hash<protocol::Bytes>()(text);
    }
  };
  /// More topics than this are looked up each time.
  static constexpr std::size_t largest_memory = 100'000;

  Route& find(protocol::Bytes topic);
  Route match(protocol::Bytes topic);
  void changed() { routes_.clear(); }

  std::vector<Single> singles_;
  /// By share name and filter.
  std::map<std::pair<std::string, std::string>, Group> groups_;
  std::unordered_map<std::string, Route, Hash, std::equal_to<>> routes_;
  Route unkept_;
};

}  // namespace mqtt_toolbox::load
