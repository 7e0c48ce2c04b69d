#include "check/report.hpp"

#include <algorithm>
#include <map>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "check/section.hpp"

namespace mqtt_toolbox::check {

namespace {

constexpr std::size_t verdict_width = 12;

/// Milliseconds with as many decimals as are worth reading.
std::string show_after(Duration after) {
  const double milliseconds = static_cast<double>(after.count()) / 1e6;
  return fmt::format("{:.{}f} ms", milliseconds, milliseconds < 10 ? 1 : 0);
}

/// Null: it was not learnt.
const Fact* find_fact(std::span<const Fact> facts, const FactRow& row) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.row == &row; });
  return found == facts.end() ? nullptr : &*found;
}

}  // namespace

Report::Report(console::World& world, const options::Settings& settings)
    : world_(world),
      json_(settings.json),
      output_(
          world.loop, STDOUT_FILENO, [] {},
          [this](const Error& error) { exit_ = worse(exit_, error.code); }),
      started_(world.loop.now()) {}

ExitCode Report::list(const std::vector<options::CaseText>& cases) {
  for (const options::CaseText& row : cases) width_ = std::max(width_, row.name.size());
  for (const options::CaseText& row : cases) {
    if (json_)
      writer_.append(output_.buffer(),
                     record::CaseLine{row.name, row.section, row.promise, row.versions},
                     world_.wall_clock.now());
    else
      fmt::format_to(std::back_inserter(output_.buffer()), "{:{}}  {:10} {}{}\n", row.name, width_,
                     row.section, row.promise,
                     row.versions.empty() ? "" : fmt::format(" ({})", row.versions));
  }
  flush();
  return exit_;
}

void Report::expect(std::vector<Task> tasks, protocol::Version version,
                    std::span<const FactRow> facts) {
  tasks_ = std::move(tasks);
  version_ = version;
  rows_ = facts;
  outcomes_.resize(tasks_.size());
  for (const Task& task : tasks_) width_ = std::max(width_, task.name().size());
}

void Report::take(const Outcome& outcome) {
  outcomes_[outcome.number] = outcome;
  while (printed_ < outcomes_.size() && outcomes_[printed_]) {
    print(tasks_[printed_], *outcomes_[printed_]);
    ++printed_;
  }
  flush();
}

void Report::print(const Task& task, const Outcome& outcome) {
  const Verdict verdict = outcome.finding.verdict;
  ++counts_[static_cast<std::size_t>(verdict)];
  if (verdict == Verdict::fail || verdict == Verdict::inconclusive)
    exit_ = worse(exit_, ExitCode::no);
  facts_.insert(facts_.end(), outcome.facts.begin(), outcome.facts.end());
  if (!json_) return append_text(task, outcome);
  append_json(task, outcome);
  append_facts(task, outcome.facts);
}

std::vector<std::pair<std::string, Verdict>> Report::verdicts() const {
  std::vector<std::pair<std::string, Verdict>> all;
  for (std::size_t i = 0; i < outcomes_.size(); ++i)
    if (outcomes_[i]) all.emplace_back(tasks_[i].name(), outcomes_[i]->finding.verdict);
  return all;
}

void Report::append_json(const Task& task, const Outcome& outcome) {
  const std::string name = task.name();
  writer_.append(output_.buffer(),
                 record::FindingLine{name, version_, mqtt_toolbox::name(outcome.finding.verdict),
                                     outcome.finding.observed, outcome.finding.after,
                                     section_in(version_, task.played->section),
                                     task.played->promise, outcome.took, outcome.plays},
                 world_.wall_clock.now());
}

void Report::append_text(const Task& task, const Outcome& outcome) {
  const Finding& finding = outcome.finding;
  std::string& out = output_.buffer();
  fmt::format_to(std::back_inserter(out), "{:{}}  {:{}}  ", name(finding.verdict), verdict_width,
                 task.name(), width_);
  append_shown(finding.observed);
  if (finding.after) fmt::format_to(std::back_inserter(out), ", {}", show_after(*finding.after));
  out += '\n';
  if (finding.verdict == Verdict::pass || finding.verdict == Verdict::unsupported) return;
  const std::string_view section = section_in(version_, task.played->section);
  fmt::format_to(std::back_inserter(out), "{:{}}  MQTT {}{}{}: {}\n", "", verdict_width,
                 protocol::name(version_), section.empty() ? "" : " section ", section,
                 task.played->promise);
}

void Report::append_facts(const Task& task, std::span<const Fact> facts) {
  for (const FactRow& row : rows_)
    if (row.played == task.played->name) append_fact(row, find_fact(facts, row));
}

void Report::append_fact(const FactRow& row, const Fact* fact) {
  record::FactLine line{row.name, {}, {}, false, "unknown"};
  if (fact != nullptr) {
    line.unit = unit_of(row.kind);
    line.at_least = fact->at_least;
    line.source = name(fact->source);
    if (const auto* text = std::get_if<std::string>(&fact->value))
      line.value = std::string_view(*text);
    else if (const auto* flag = std::get_if<bool>(&fact->value))
      line.value = *flag;
    else
      line.value = std::get<std::uint64_t>(fact->value);
  }
  writer_.append(output_.buffer(), line, world_.wall_clock.now());
}

bool Report::is_played(const FactRow& row) const {
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    if (outcomes_[i] && tasks_[i].played->name == row.played) return true;
  return false;
}

/// Grouped by subject, in the order of the table.
void Report::append_fact_lines() {
  std::vector<const FactRow*> rows;
  for (const FactRow& row : rows_)
    if (is_played(row)) rows.push_back(&row);
  std::size_t name_width = 0;
  for (const FactRow* row : rows) name_width = std::max(name_width, row->name.size());
  std::string_view subject;
  for (const FactRow* row : rows) {
    std::string& out = output_.buffer();
    const Fact* fact = find_fact(facts_, *row);
    if (row->subject != subject)
      fmt::format_to(std::back_inserter(out), "\n{}\n", subject = row->subject);
    fmt::format_to(std::back_inserter(out), "  {:{}}  ", row->name, name_width);
    append_shown(fact != nullptr ? show(*fact) : "unknown");
    if (fact != nullptr && fact->source != FactSource::measured)
      fmt::format_to(std::back_inserter(out), " ({})", name(fact->source));
    out += '\n';
  }
  if (!rows.empty()) output_.buffer() += '\n';
}

void Report::requirement(const record::RequirementLine& line) {
  if (json_) return writer_.append(output_.buffer(), line, world_.wall_clock.now());
  fmt::format_to(std::back_inserter(output_.buffer()), "{:{}}  {}: ", line.met ? "met" : "unmet",
                 verdict_width, line.requirement);
  append_shown(line.observed);
  output_.buffer() += '\n';
}

void Report::change(const record::ChangeLine& line) {
  if (json_) return writer_.append(output_.buffer(), line, world_.wall_clock.now());
  fmt::format_to(std::back_inserter(output_.buffer()), "{:{}}  ", line.change, verdict_width);
  append_shown(line.name);
  output_.buffer() += ": ";
  append_shown(line.before);
  if (!line.before.empty() && !line.after.empty()) output_.buffer() += " -> ";
  append_shown(line.after);
  output_.buffer() += '\n';
}

/// Reason strings and payloads are the broker's.
void Report::append_shown(std::string_view text) {
  output_.buffer() += printable(text, 4096);
}

void Report::error(const Error& error) {
  world_.reporter.error(error.text);
  exit_ = worse(exit_, error.code);
  if (json_)
    writer_.append(output_.buffer(), record::ErrorLine{&error, {}, {}}, world_.wall_clock.now());
  flush();
}

void Report::complete() {
  // Those after one that was not played any more.
  for (; printed_ < outcomes_.size(); ++printed_)
    if (outcomes_[printed_]) print(tasks_[printed_], *outcomes_[printed_]);
  if (!json_) append_fact_lines();
}

/// A verdict on the broker, and not only that a check could not be made.
bool Report::is_anything_checked() const {
  const auto count = [&](Verdict verdict) { return counts_[static_cast<std::size_t>(verdict)]; };
  return count(Verdict::pass) + count(Verdict::fail) + count(Verdict::deviates) != 0;
}

/// The first of those that were observed most often.
std::string Report::commonest_observation() const {
  std::map<std::string_view, std::size_t> times;
  for (const auto& outcome : outcomes_)
    if (outcome) ++times[outcome->finding.observed];
  std::string_view commonest;
  for (const auto& outcome : outcomes_)
    if (outcome && (commonest.empty() || times[outcome->finding.observed] > times[commonest]))
      commonest = outcome->finding.observed;
  return std::string(commonest);
}

ExitCode Report::finish(std::optional<ExitCode> decided, bool interrupted) {
  if (decided) exit_ = *decided;
  const bool is_over = !decided && !interrupted && !closed();
  if (is_over && !is_anything_checked()) {
    error({ExitCode::no, "nothing could be checked: " + printable(commonest_observation(), 4096)});
  }
  const Duration elapsed = world_.loop.now() - started_;
  if (json_) {
    std::array<record::Summary::Count, mqtt_toolbox::verdicts.size()> counts;
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] = {mqtt_toolbox::verdicts[i].name, counts_[i]};
    writer_.append(output_.buffer(), record::Summary{counts, elapsed, exit_, interrupted},
                   world_.wall_clock.now());
  } else {
    std::string totals;
    for (const VerdictMeaning& row : mqtt_toolbox::verdicts)
      if (const auto count = counts_[static_cast<std::size_t>(row.verdict)]; count != 0)
        totals += fmt::format("{}{} {}", totals.empty() ? "" : ", ", count, row.name);
    fmt::format_to(std::back_inserter(output_.buffer()), "MQTT {}: {}; {}{}\n",
                   protocol::name(version_), totals, show_duration(elapsed),
                   interrupted ? "; interrupted" : "");
  }
  flush();
  return exit_;
}

void Report::flush() {
  const Status written = output_.finish(never);
  if (written) return;
  world_.reporter.error(written.error().text);
  exit_ = worse(exit_, written.error().code);
}

}  // namespace mqtt_toolbox::check
