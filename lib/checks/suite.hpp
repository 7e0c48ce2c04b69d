#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "checks/settings.hpp"
#include "console/tool.hpp"
#include "options/tool.hpp"
#include "probe/runner.hpp"

namespace mqtt_toolbox::checks {

class Report;

/// A tool's cases, and what they share beside the ground.
struct Suite {
  std::span<const probe::Case> cases;
  /// Before the first case, with the version settled: brings on the company. Empty: there is none.
  std::function<Status(probe::Ground& ground)> begin{};
  /// After the last one.
  std::function<void()> end{};
  /// Then, also when the run was interrupted: what the tool itself has to put right at the broker,
  /// on a scene that no interruption ends.
  std::function<Status(probe::Scene& scene)> put_right{};
  /// What the cases may learn beside their verdicts.
  std::span<const probe::FactRow> facts{};
  /// Which cases are played where --case names none; empty: all.
  std::function<bool(const probe::Case&)> wants{};
  /// What the tool has to say when all is known; its answer, where there is one, is the exit status
  /// in place of the verdicts'.
  std::function<std::optional<ExitCode>(Report& report)> conclude{};
};

/// The table as the manual has it.
MQTT_TOOLBOX_API std::vector<options::CaseText> texts_of(std::span<const probe::Case> cases);

/// The facts as the manual has them.
MQTT_TOOLBOX_API std::vector<options::FactText> texts_of(std::span<const probe::FactRow> facts);

/// Whether --case names cases that there are: ExitCode::usage, with the nearest name, if not.
MQTT_TOOLBOX_API Status check_names(std::span<const probe::Case> cases,
                                    const std::vector<std::string>& names);

/// The whole work of a check tool: asks the broker for its version and limits, plays the cases,
/// prints each finding in the order of the table, then the totals. Exit status: `no` when a case
/// failed or is inconclusive; else `done`; the connection's own when the broker cannot be reached.
MQTT_TOOLBOX_API console::Ended run(console::World& world, const Settings& settings,
                                    const Suite& suite);

}  // namespace mqtt_toolbox::checks
