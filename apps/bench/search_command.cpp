#include <algorithm>
#include <cstdio>

#include "bench/commands.hpp"
#include "bench/files.hpp"
#include "bench/outcome.hpp"
#include "bench/printing.hpp"
#include "bench/run.hpp"
#include "bench/search.hpp"
#include "report/summary_text.hpp"
#include "report/warning.hpp"

namespace mqtt_toolbox::bench {
namespace {

using console::Ended;
using console::World;

/// The share of its rate that the generator has to have offered for a step to count.
constexpr double offered_share = 0.99;

struct Step {
  double rate = 0;
  double sent = 0;  ///< messages a second
  bool held = false;
  std::string why;  ///< it did not hold
  ExitCode found = ExitCode::done;
};

void add_reason(Step& step, const std::string& reason) {
  step.held = false;
  step.why += (step.why.empty() ? "" : "; ") + reason;
}

/// Who kept the rate from being reached.
std::string not_reached(const load::Measurement& measurement) {
  return measurement.late.all > 0 ? report::text_of(load::Warning::sends_late, measurement).cause
                                  : "the generator did not reach the rate";
}

Step judge(double rate, const Settings& settings, const report::RunResult& result) {
  Step step{rate, report::sent_rate(result.measurement), true, "", found_in(settings, result)};
  for (const report::Verdict& verdict : result.verdicts) {
    if (!verdict.met) add_reason(step, verdict.found);
  }
  // What failed is no message that held, whatever the objectives say of the others.
  if (report::errors(result.measurement) != 0 && (!step.held || step.found != ExitCode::done))
    add_reason(step, report::errors_found(result));
  if (step.held && step.sent < rate * offered_share)
    add_reason(step, not_reached(result.measurement));
  return step;
}

std::string as_text(const Step& step) {
  char numbers[96];
  std::snprintf(numbers, sizeof numbers, "%14.0f/s  sent %14.0f/s  %s", step.rate, step.sent,
                step.held ? "holds" : "does not hold");
  return numbers + (step.why.empty() ? "" : ": " + step.why) + "\n";
}

std::string as_json(const Step& step) {
  char numbers[160];
  std::snprintf(numbers, sizeof numbers,
                R"({"type":"bench_search_step","rate_per_s":%.3f,"sent_per_s":%.3f,"held":%s)",
                step.rate, step.sent, step.held ? "true" : "false");
  std::string line = numbers;
  if (!step.why.empty()) line += ",\"why\":" + report::quoted(step.why);
  return line + "}\n";
}

std::string answer_text(const Settings& settings, const std::optional<double>& answer) {
  char text[160];
  if (settings.json) {
    if (answer)
      std::snprintf(text, sizeof text, R"({"type":"bench_search","rate_per_s":%.3f})", *answer);
    else
      std::snprintf(text, sizeof text, R"({"type":"bench_search","rate_per_s":null})");
    return std::string(text) + "\n";
  }
  if (!answer) return "no rate holds " + settings.slo + "\n";
  std::snprintf(text, sizeof text, "highest rate that holds: %.0f/s for ", *answer);
  return text + settings.slo + "\n";
}

}  // namespace

Ended run_search(World& world, Settings& settings) {
  auto file = ResultFile::open(settings.outlets.file);
  if (!file) return failed(world, file.error());
  settle(world, settings);
  Search search(settings.search);
  std::string documents;
  ExitCode last_found = ExitCode::done;
  while (const auto rate = search.next()) {
    load::Plan plan = settings.work;
    plan.publishing.rate = *rate;
    plan.run = static_cast<std::uint32_t>(world.random());
    Run run(world, settings, plan);
    const auto result = run.measure();
    if (run.signal() != 0) return {ExitCode::done, run.signal()};
    if (!result) return failed(world, result.error());
    report::append_json(documents, *result);
    const Step step = judge(*rate, settings, *result);
    last_found = step.found;
    if (auto printed = print(world, settings.json ? as_json(step) : as_text(step)); !printed)
      return failed(world, printed.error());
    search.tried(step.held);
  }
  const Status written = file->write(documents).and_then(
      [&] { return print(world, answer_text(settings, search.answer())); });
  if (!written) return failed(world, written.error());
  return {search.answer() ? ExitCode::done : worse(ExitCode::no, last_found), 0};
}

}  // namespace mqtt_toolbox::bench
