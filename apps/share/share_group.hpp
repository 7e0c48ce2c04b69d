#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/stream.hpp"

namespace mqtt_toolbox::share {

/// "$share/NAME/FILTER", the name made one of the context's own.
std::string shared_filter(const check::CaseContext& context, std::string_view name,
                          std::string_view filter);

/// Whether the broker has shared subscriptions at all: it neither says nor shows that it has not,
/// and a message for a group of one member arrives there. Otherwise the case is aborted:
/// unsupported.
bool has_shares(check::CaseContext& context);
/// The same without trying whether anything arrives.
bool grants_shares(check::CaseContext& context);

/// Subscribes to `$share/...`; the case is aborted (unsupported) when the broker refuses.
bool join(check::CaseContext& context, check::ScriptedClient& client, const std::string& filter,
          protocol::Qos qos);

/// What the standard does not know cannot break it: before MQTT 5.0 `fail` becomes `deviates`.
check::Finding as_shared(const check::CaseContext& context, check::Finding found);

/// The members of one group, each a client.
class Group {
 public:
  /// `members` new ones, subscribed.
  Group(check::CaseContext& context, const std::string& filter, std::size_t members);

  check::ScriptedClient& member(std::size_t index) { return *members_[index]; }
  const std::vector<check::ScriptedClient*>& members() const { return members_; }
  check::ScriptedClient& add(client::ConnectPlan plan);
  /// Sends PINGREQ to all that are connected, so that what the broker sent them is there.
  void ping();

  /// All that came to any member.
  check::SequenceTally tally(std::size_t sent) const;
  /// How many messages of the stream each member got.
  std::vector<std::size_t> shares(std::size_t sent) const;

 private:
  check::CaseContext& context_;
  std::string filter_;
  std::vector<check::ScriptedClient*> members_;
};

/// Sends the stream 1 to `count` at the variant's QoS, waits until everything is there or time is
/// up, and then whether more comes.
void send_to(check::CaseContext& context, check::EngineClient& publisher, const std::string& topic,
             std::size_t count, const std::function<bool()>& is_there);

}  // namespace mqtt_toolbox::share
