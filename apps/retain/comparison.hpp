#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "retain/chooser.hpp"
#include "retained/topic_set.hpp"
#include "retained/topics.hpp"

namespace mqtt_toolbox::retain {

using retained::Found;

/// A backup as something to compare a broker with.
class Comparison {
 public:
  /// ExitCode::io for a file that cannot be read or has a bad line; the text names both. Messages
  /// that `chooser` does not want are left out.
  static Result<Comparison> read(const std::string& path, const Chooser& chooser);

  enum class Change : std::uint8_t { none, added, changed };
  /// Of a message that the broker has.
  Change note(const Found& found);
  /// Calls `visit(topic)` for what the broker does not have.
  template <typename Visit>
  void each_missing(Visit visit) const {
    for (const auto& [topic, entry] : entries_)
      if (!entry.seen) visit(std::string_view(topic));
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    bool seen = false;
  };
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace mqtt_toolbox::retain
