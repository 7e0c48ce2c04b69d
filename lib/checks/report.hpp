#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/export.hpp"
#include "console/output.hpp"
#include "console/tool.hpp"
#include "options/tool.hpp"
#include "probe/runner.hpp"
#include "record/results.hpp"

namespace mqtt_toolbox::checks {

/// Findings on standard output, in the order of their tasks: lines for people, or JSON.
class MQTT_TOOLBOX_API Report {
 public:
  Report(console::World& world, const options::Settings& settings);

  /// --list.
  ExitCode list(const std::vector<options::CaseText>& cases);

  /// Which tasks there will be findings of, and the facts that these may bring.
  void expect(std::vector<probe::Task> tasks, protocol::Version version,
              std::span<const probe::FactRow> facts);
  void take(const probe::Outcome& outcome);
  /// Nobody reads any more.
  bool closed() const { return output_.closed(); }
  /// Of the whole run, on standard error too. Its code counts for the exit status.
  void error(const Error& error);
  /// Prints what is left, the facts for people among it, so that all is known.
  void complete();
  const std::vector<probe::Fact>& facts() const { return facts_; }
  /// The findings, each with the name of its task.
  std::vector<std::pair<std::string, probe::Verdict>> verdicts() const;
  /// What the tool says of facts and findings, after `complete`.
  void requirement(const record::RequirementLine& line);
  void change(const record::ChangeLine& line);
  /// The totals, and the exit status of the run: by the verdicts, unless something else decides.
  /// Where nothing came to a verdict on the broker, that is an error, and the status is
  /// ExitCode::no.
  ExitCode finish(std::optional<ExitCode> decided, bool interrupted);

 private:
  void print(const probe::Task& task, const probe::Outcome& outcome);
  void append_json(const probe::Task& task, const probe::Outcome& outcome);
  void append_text(const probe::Task& task, const probe::Outcome& outcome);
  void append_facts(const probe::Task& task, std::span<const probe::Fact> facts);
  void append_fact(const probe::FactRow& row, const probe::Fact* fact);
  void append_fact_lines();
  bool is_played(const probe::FactRow& row) const;
  bool is_anything_checked() const;
  std::string commonest_observation() const;
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
  std::span<const probe::FactRow> rows_;
  std::vector<probe::Fact> facts_;
  Time started_{};
  ExitCode exit_ = ExitCode::done;
};

}  // namespace mqtt_toolbox::checks
