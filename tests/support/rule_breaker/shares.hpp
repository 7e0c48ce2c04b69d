#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/rule_breaker/session.hpp"

namespace mqtt_toolbox::rule_breaker {

/// The groups of shared subscriptions, MQTT 5.0 section 4.8.2. A message goes to the members in
/// turn; who has its Receive Maximum is passed over, who is away comes last.
class Shares {
 public:
  explicit Shares(const Rules& rules) : rules_(rules) {}

  void join(Session& session, const Subscription& subscription);
  void leave(Session& session, const Subscription& subscription);
  void forget(Session& session);

  /// To one member of each group whose filter matches.
  void dispatch(const MessagePtr& message);
  bool is_subscribed(std::string_view topic) const;

  /// Whether another member than `session` could get a message of the group; only one whose client
  /// is there, when `is_connected`.
  bool has_other(const std::string& group, const Session& session, bool is_connected) const;
  void dispatch_again(const Delivery& delivery, const Session& except);

 private:
  struct Member {
    Session* session = nullptr;  ///< null: has left, see Breach::share_left_member_gets
    Subscription subscription;
    bool is_late = false;
  };
  struct Group {
    std::string filter;
    std::vector<Member> members;
    std::size_t next = 0;
    bool has_begun = false;
  };

  std::string name_of(const Subscription& subscription) const;
  void remove(Group& group, const Session& session);
  void dispatch(const std::string& name, Group& group, const MessagePtr& message);
  const Member* choose(Group& group, const Session* except);
  const Member* choose_by_breach(const Group& group) const;
  void deliver(const Member& member, const std::string& name, const MessagePtr& message);

  const Rules& rules_;
  std::map<std::string, Group> groups_;  ///< by share name and filter
};

}  // namespace mqtt_toolbox::rule_breaker
