#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "check/runner.hpp"
#include "console/output.hpp"
#include "console/tool.hpp"
#include "options/tool.hpp"
#include "record/results.hpp"

namespace mqtt_toolbox::check {

/// Findings on standard output, in the order of their tasks: lines for people, or JSON.
class Report {
 public:
  Report(console::World& world, const options::Settings& settings);

  /// --list.
  ExitCode list(const std::vector<options::CaseText>& cases);

  /// Which tasks there will be findings of, and the facts that these may bring.
  void expect(std::vector<Task> tasks, protocol::Version version, std::span<const FactRow> facts);
  void take(const Outcome& outcome);
  /// Nobody reads any more.
  bool closed() const { return output_.closed(); }
  /// Of the whole run, on standard error too. Its code counts for the exit status.
  void error(const Error& error);
  /// Prints what is left, the facts for people among it, so that all is known.
  void complete();
  const std::vector<Fact>& facts() const { return facts_; }
  /// The findings, each with the name of its task.
  std::vector<std::pair<std::string, Verdict>> verdicts() const;
  /// What the tool says of facts and findings, after `complete`.
  void requirement(const record::RequirementLine& line);
  void change(const record::ChangeLine& line);
  /// The totals, and the exit status of the run: by the verdicts, unless something else decides.
  /// Where nothing came to a verdict on the broker, that is an error, and the status is
  /// ExitCode::no.
  ExitCode finish(std::optional<ExitCode> decided, bool interrupted);

 private:
  void print(const Task& task, const Outcome& outcome);
  void append_json(const Task& task, const Outcome& outcome);
  void append_text(const Task& task, const Outcome& outcome);
  void append_facts(const Task& task, std::span<const Fact> facts);
  void append_fact(const FactRow& row, const Fact* fact);
  void append_fact_lines();
  bool is_played(const FactRow& row) const;
  bool is_anything_checked() const;
  std::string commonest_observation() const;
  void append_shown(std::string_view text);
  void flush();

  console::World& world_;
  bool json_;
  console::Output output_;
  record::ResultWriter writer_;
  std::vector<Task> tasks_;
  protocol::Version version_ = protocol::Version::v5;
  std::vector<std::optional<Outcome>> outcomes_;
  std::size_t printed_ = 0;
  std::size_t width_ = 0;  ///< of the longest name
  std::array<std::uint64_t, mqtt_toolbox::verdicts.size()> counts_{};
  std::span<const FactRow> rows_;
  std::vector<Fact> facts_;
  Time started_{};
  ExitCode exit_ = ExitCode::done;
};

}  // namespace mqtt_toolbox::check
