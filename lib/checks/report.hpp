#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "console/output.hpp"
#include "console/tool.hpp"
#include "options/tool.hpp"
#include "probe/runner.hpp"
#include "record/results.hpp"

namespace mqtt_toolbox::checks {

/// Findings on standard output, in the order of their tasks: lines for people, or JSON.
class Report {
 public:
  Report(console::World& world, const options::Settings& settings);

  /// --list.
  ExitCode list(const std::vector<options::CaseText>& cases);

  /// Which tasks there will be findings of.
  void expect(std::vector<probe::Task> tasks, protocol::Version version);
  void take(const probe::Outcome& outcome);
  /// Of the whole run, on standard error too.
  void error(const Error& error);
  /// The totals, and the exit status of the run.
  ExitCode finish();

 private:
  void print(const probe::Task& task, const probe::Outcome& outcome);
  void append_json(const probe::Task& task, const probe::Outcome& outcome);
  void append_text(const probe::Task& task, const probe::Outcome& outcome);
  void append_shown(std::string_view text);
  void flush();

  console::World& world_;
  bool json_;
  console::Output output_;
  record::ResultWriter writer_;
  std::vector<probe::Task> tasks_;
  protocol::Version version_ = protocol::Version::v5;
  std::vector<std::optional<probe::Outcome>> outcomes_;
  std::size_t printed_ = 0;
  std::size_t width_ = 0;  ///< of the longest name
  std::array<std::uint64_t, probe::verdicts.size()> counts_{};
  Time started_{};
  ExitCode exit_ = ExitCode::done;
};

}  // namespace mqtt_toolbox::checks
