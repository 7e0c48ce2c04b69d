#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "console/tool.hpp"
#include "options/tool.hpp"
#include "probe/runner.hpp"

namespace mqtt_toolbox::checks {

/// A tool's cases, and what they share beside the ground.
struct Suite {
  std::span<const probe::Case> cases;
  /// Before the first case, with the version settled: brings on the company. Empty: there is none.
  std::function<Status(probe::Ground& ground)> begin{};
  /// After the last one.
  std::function<void()> end{};
};

/// The table as the manual has it.
MQTT_TOOLBOX_API std::vector<options::CaseText> texts_of(std::span<const probe::Case> cases);

/// Whether --case names cases that there are: ExitCode::usage, with the nearest name, if not.
MQTT_TOOLBOX_API Status check_names(std::span<const probe::Case> cases,
                                    const std::vector<std::string>& names);

/// The whole work of a check tool: asks the broker for its version and limits, plays the cases,
/// prints each finding in the order of the table, then the totals. Exit status: `no` when a case
/// failed or is inconclusive; else `done`; the connection's own when the broker cannot be reached.
MQTT_TOOLBOX_API console::Ended run(console::World& world, const options::Settings& settings,
                                    const Suite& suite);

}  // namespace mqtt_toolbox::checks
