#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "retained/reader.hpp"

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
  /// None: where messages are to be cleared, since it writes one.
  std::optional<bool> self_test;
  bool json = false;
  retained::Patience patience;
  Duration grace = std::chrono::seconds(5);
};

inline bool clears(const Plan& plan) {
  return plan.task == Task::ask || plan.task == Task::clear;
}

}  // namespace mqtt_toolbox::retain
