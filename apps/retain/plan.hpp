#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace mqtt_toolbox::retain {

/// What is done with the retained messages that are found.
enum class Task : std::uint8_t {
  ask,    ///< show them, ask, then clear
  clear,  ///< --yes
  list,   ///< also --dry-run
  tree,
  difference,
};

/// What mqtt-retain-clear does beside its connection.
struct Plan {
  Task task = Task::ask;
  std::vector<std::string> filters;
  std::vector<std::string> exceptions;  ///< filters; what they match is left alone
  std::string match;                    ///< POSIX extended regular expression; empty: everything
  /// Left alone is what is published anew within this time.
  std::optional<Duration> older_than;
  std::string backup;            ///< a new file; empty: none
  std::string difference;        ///< a backup to compare with
  std::optional<double> rate;    ///< clears a second
  std::size_t depth = SIZE_MAX;  ///< levels of the tree
  bool self_test = true;
  bool json = false;
  /// Silence after which a broker has told all that it retains.
  Duration quiet_time = std::chrono::milliseconds(300);
  Duration acknowledgement_timeout = std::chrono::seconds(20);
  Duration grace = std::chrono::seconds(5);
};

}  // namespace mqtt_toolbox::retain
