#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/stream.hpp"

namespace mqtt_toolbox::share {

/// "$share/NAME/FILTER", the name made one of the scene's own.
std::string shared_filter(const check::Scene& scene, std::string_view name,
                          std::string_view filter);

/// Whether the broker has shared subscriptions at all: it neither says nor shows that it has not,
/// and a message for a group of one member arrives there. Otherwise the scene is in trouble:
/// unsupported.
bool has_shares(check::Scene& scene);
/// The same without trying whether anything arrives.
bool grants_shares(check::Scene& scene);

/// Subscribes to `$share/...`; the scene is in trouble (unsupported) when the broker refuses.
bool join(check::Scene& scene, check::Wire& wire, const std::string& filter, protocol::Qos qos);

/// What the standard does not know cannot break it: before MQTT 5.0 `fail` becomes `deviates`.
check::Finding as_shared(const check::Scene& scene, check::Finding found);

/// The members of one group, each a wire.
class Group {
 public:
  /// `members` new ones, subscribed.
  Group(check::Scene& scene, const std::string& filter, std::size_t members);

  check::Wire& member(std::size_t index) { return *members_[index]; }
  const std::vector<check::Wire*>& members() const { return members_; }
  check::Wire& add(client::ConnectPlan plan);
  /// Sends PINGREQ to all that are connected, so that what the broker sent them is there.
  void ping();

  /// All that came to any member.
  check::Ledger ledger(std::size_t sent) const;
  /// How many messages of the stream each member got.
  std::vector<std::size_t> shares(std::size_t sent) const;

 private:
  check::Scene& scene_;
  std::string filter_;
  std::vector<check::Wire*> members_;
};

/// Sends the stream 1 to `count` at the variant's QoS, waits until everything is there or time is
/// up, and then whether more comes.
void send_to(check::Scene& scene, check::Peer& publisher, const std::string& topic,
             std::size_t count, const std::function<bool()>& is_there);

}  // namespace mqtt_toolbox::share
