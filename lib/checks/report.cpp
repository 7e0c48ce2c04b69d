#include "checks/report.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::checks {

using probe::Verdict;

namespace {

constexpr std::size_t verdict_width = 12;

/// Milliseconds with as many decimals as are worth reading.
std::string show_after(Duration after) {
  const double milliseconds = static_cast<double>(after.count()) / 1e6;
  return fmt::format("{:.{}f} ms", milliseconds, milliseconds < 10 ? 1 : 0);
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

void Report::expect(std::vector<probe::Task> tasks, protocol::Version version) {
  tasks_ = std::move(tasks);
  version_ = version;
  outcomes_.resize(tasks_.size());
  for (const probe::Task& task : tasks_) width_ = std::max(width_, task.name().size());
}

void Report::take(const probe::Outcome& outcome) {
  outcomes_[outcome.number] = outcome;
  while (printed_ < outcomes_.size() && outcomes_[printed_]) {
    print(tasks_[printed_], *outcomes_[printed_]);
    ++printed_;
  }
  flush();
}

void Report::print(const probe::Task& task, const probe::Outcome& outcome) {
  const Verdict verdict = outcome.finding.verdict;
  ++counts_[static_cast<std::size_t>(verdict)];
  if (verdict == Verdict::fail || verdict == Verdict::inconclusive)
    exit_ = worse(exit_, ExitCode::no);
  if (json_)
    append_json(task, outcome);
  else
    append_text(task, outcome);
}

void Report::append_json(const probe::Task& task, const probe::Outcome& outcome) {
  const std::string name = task.name();
  writer_.append(output_.buffer(),
                 record::FindingLine{name, version_, probe::name(outcome.finding.verdict),
                                     outcome.finding.observed, outcome.finding.after,
                                     task.played->section, task.played->promise, outcome.took},
                 world_.wall_clock.now());
}

void Report::append_text(const probe::Task& task, const probe::Outcome& outcome) {
  const probe::Finding& finding = outcome.finding;
  std::string& out = output_.buffer();
  fmt::format_to(std::back_inserter(out), "{:{}}  {:{}}  ", probe::name(finding.verdict),
                 verdict_width, task.name(), width_);
  append_shown(finding.observed);
  if (finding.after) fmt::format_to(std::back_inserter(out), ", {}", show_after(*finding.after));
  out += '\n';
  if (finding.verdict == Verdict::pass || finding.verdict == Verdict::unsupported) return;
  fmt::format_to(std::back_inserter(out), "{:{}}  MQTT 5.0 section {}: {}\n", "", verdict_width,
                 task.played->section, task.played->promise);
}

/// Reason strings and payloads are the broker's.
void Report::append_shown(std::string_view text) {
  output_.buffer() += printable(text, 4096);
}

void Report::error(const Error& error) {
  world_.reporter.error(error.text);
  if (json_)
    writer_.append(output_.buffer(), record::ErrorLine{&error, {}, {}}, world_.wall_clock.now());
  flush();
}

ExitCode Report::finish() {
  // Those after one that was not played any more.
  for (; printed_ < outcomes_.size(); ++printed_)
    if (outcomes_[printed_]) print(tasks_[printed_], *outcomes_[printed_]);
  const Duration elapsed = world_.loop.now() - started_;
  if (json_) {
    std::array<record::Summary::Count, probe::verdicts.size()> counts;
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] = {probe::verdicts[i].name, counts_[i]};
    writer_.append(output_.buffer(), record::Summary{counts, elapsed, exit_},
                   world_.wall_clock.now());
  } else {
    std::string totals;
    for (const probe::VerdictMeaning& row : probe::verdicts)
      if (const auto count = counts_[static_cast<std::size_t>(row.verdict)]; count != 0)
        totals += fmt::format("{}{} {}", totals.empty() ? "" : ", ", count, row.name);
    fmt::format_to(std::back_inserter(output_.buffer()), "MQTT {}: {}; {}\n",
                   protocol::name(version_), totals, show_duration(elapsed));
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

}  // namespace mqtt_toolbox::checks
