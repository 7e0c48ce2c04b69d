#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "check/case.hpp"

namespace mqtt_toolbox::check {

/// The messages of a run that came to clients although no subscription of theirs matches them
/// (MQTT-3.3.2-3). No case takes them for what it waits for. From any thread.
class ForeignMessages {
 public:
  /// `receiver`: "a client of the case order", "the native observer".
  void note(const std::string& receiver, std::string_view topic);

  std::size_t count() const;
  /// The first of them: "the native observer received a message to a/b"; empty when there is none.
  std::string first() const;

 private:
  mutable std::mutex mutex_;
  std::size_t count_ = 0;
  std::string first_;
};

Finding play_no_foreign_messages(CaseContext& context);

std::optional<Finding> seen_foreign_messages(const RunContext& run);

/// For each table of cases, behind all whose clients receive anything.
inline constexpr Case no_foreign_messages{
    .name = "no-foreign-messages",
    .section = "3.3.2.1",
    .promise = "a client receives messages only that match one of its subscriptions",
    .play = play_no_foreign_messages,
    .alone = true,
    .seen = seen_foreign_messages};

}  // namespace mqtt_toolbox::check
