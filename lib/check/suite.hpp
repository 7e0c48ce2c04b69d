#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "check/runner.hpp"
#include "check/settings.hpp"
#include "console/tool.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::check {

class Report;

/// A tool's cases, and what they share beside the run.
struct Suite {
  std::span<const Case> cases;
  /// Before the first case, with the version settled: makes the fixture. Empty: there is none.
  std::function<Status(RunContext& run)> begin{};
  /// After the last one.
  std::function<void()> end{};
  /// Then, also when the run was interrupted: what the tool itself has to put right at the broker,
  /// on a context that no interruption ends.
  std::function<Status(CaseContext& context)> put_right{};
  /// What the cases may learn beside their verdicts.
  std::span<const FactRow> facts{};
  /// Which cases are played where --case names none; empty: all.
  std::function<bool(const Case&)> wants{};
  /// What the tool has to say when all is known; its answer, where there is one, is the exit status
  /// in place of the verdicts'.
  std::function<std::optional<ExitCode>(Report& report)> conclude{};
};

/// The table as the manual has it.
std::vector<options::CaseText> texts_of(std::span<const Case> cases);

/// The facts as the manual has them.
std::vector<options::FactText> texts_of(std::span<const FactRow> facts);

/// Whether --case names cases that there are: ExitCode::usage, with the nearest name, if not.
Status check_names(std::span<const Case> cases, const std::vector<std::string>& names);

/// The whole work of a check tool: asks the broker for its version and limits, plays the cases,
/// prints each finding in the order of the table, then the totals. Exit status: `no` when a case
/// failed or is inconclusive; else `done`; the connection's own when the broker cannot be reached.
console::Ended run(console::World& world, const Settings& settings, const Suite& suite);

}  // namespace mqtt_toolbox::check
