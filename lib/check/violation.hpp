#pragma once

#include <mutex>
#include <optional>
#include <string_view>

#include "check/case.hpp"
#include "session/session.hpp"

namespace mqtt_toolbox::check {

/// What a packet that a session has refused says of the broker: fail where a statement of the
/// standard forbids it to a server, else deviates, with its first bytes. None when it was not a
/// packet of the broker's that ended the connection, or only one that is larger than the user
/// takes.
std::optional<Finding> finding_of(const session::Failure& failure);

/// What the observers of a run had to refuse and no case can be told for: no message, or one to
/// a topic that no case uses. From any thread.
class ObserverViolations {
 public:
  void note(std::string_view observer, const Finding& finding);
  /// The first fail, or else the first of all; none when nothing was refused.
  std::optional<Finding> worst() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Finding> worst_;
};

Finding play_packets_to_observers(CaseContext& context);
std::optional<Finding> seen_by_observers(const RunContext& run);

/// The last of a table whose cases have observers.
inline constexpr Case packets_to_observers{
    .name = "packets-to-observers",
    .section = "4.13",
    .promise = "those who observe the checks receive nothing that they have to refuse",
    .play = play_packets_to_observers,
    .alone = true,
    .seen = seen_by_observers};

}  // namespace mqtt_toolbox::check
