#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "check/case.hpp"
#include "check/message.hpp"
#include "client/plan.hpp"

namespace mqtt_toolbox::check {

/// Whether CONNECT has an Authentication Method.
bool asks_for_method(const client::ConnectPlan& plan);

/// The properties of a run that the broker had no right to send (MQTT 5.0 section 2.2.2.2). Those
/// of a message are its publisher's (section 3.3.2.3), but for Topic Alias and Subscription
/// Identifier. From any thread.
class AddedProperties {
 public:
  /// A message of the run, or a will, is about to go to the topic, which nobody else publishes to.
  void expect(std::string_view topic, protocol::Properties properties);
  /// Notes the properties of a message that none of the messages to its topic was sent with.
  void look_at(std::string_view topic, protocol::Properties properties);
  /// Takes these out of a message as well, so that no case takes them for its publisher's.
  void take_out(Message& came);
  /// `asked`: CONNECT has an Authentication Method (section 4.12).
  void look_at(const protocol::ConnAck& connack, bool asked);
  void look_at(const protocol::Disconnect& disconnect);

  /// Everything that was noted, of each property the first; none: nothing was.
  std::optional<Finding> finding() const;

 private:
  /// What was sent to one topic.
  struct Sent {
    std::uint64_t properties = 0;  ///< a bit for each identifier: they are below 64
    std::set<std::pair<std::string, std::string>> user_properties{};
    std::set<std::size_t> numbers{};  ///< of User Properties, those of each message

    void add(protocol::Properties of_message);
  };
  class Comparison;
  void note(protocol::PropertyId id, std::string text, bool breaks_statement);

  mutable std::mutex mutex_;
  std::map<std::string, Sent, std::less<>> sent_;  ///< by topic
  std::map<protocol::PropertyId, std::string> noted_;
  bool breaks_statement_ = false;
};

Finding play_no_added_properties(CaseContext& context);

std::optional<Finding> seen_added_properties(const RunContext& run);

/// For each table of cases, behind all whose clients receive anything.
inline constexpr Case no_added_properties{
    .name = "no-added-properties",
    .section = "2.2.2.2",
    .promise = "the broker sends no property of its own where it has no right to",
    .play = play_no_added_properties,
    .versions = Versions::v5_only,
    .alone = true,
    .seen = seen_added_properties};

}  // namespace mqtt_toolbox::check
