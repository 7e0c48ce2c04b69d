#include "bench/commands.hpp"
#include "bench/files.hpp"
#include "bench/printing.hpp"
#include "bench/run.hpp"
#include "report/delivery.hpp"
#include "report/hdr_log.hpp"
#include "report/summary.hpp"

namespace mqtt_toolbox::bench {
namespace {

using console::Ended;
using console::World;

/// The files of a run, opened before it.
struct Files {
  ResultFile result;
  ResultFile hdr_log;

  static Result<Files> open(const Outlets& outlets) {
    auto result = ResultFile::open(outlets.file);
    if (!result) return tl::unexpected<Error>(result.error());
    auto hdr_log = ResultFile::open(outlets.hdr_log);
    if (!hdr_log) return tl::unexpected<Error>(hdr_log.error());
    return Files{std::move(*result), std::move(*hdr_log)};
  }
};

/// What a check found wrong, if anything.
ExitCode verdict_of(const Settings& settings, const report::RunResult& result) {
  for (const report::Verdict& verdict : result.verdicts) {
    if (!verdict.met) return ExitCode::no;
  }
  const auto promise = report::promise(result);
  const bool judged = promise && !settings.max_loss && !result.measurement.interrupted;
  return judged && !promise->met ? ExitCode::no : ExitCode::done;
}

/// What connections and messages met.
ExitCode trouble_of(const report::RunResult& result) {
  const load::Measurement& measurement = result.measurement;
  if (measurement.whole_run.refused != 0) return ExitCode::rejected;
  if (measurement.whole_run.connections_lost > measurement.whole_run.reconnects)
    return ExitCode::lost;
  const bool all = measurement.clients_connected >= result.setup.clients();
  return all || measurement.interrupted ? ExitCode::done : ExitCode::refused;
}

ExitCode write_all(World& world, const Settings& settings, Files& files,
                   const report::RunResult& result) {
  std::string document;
  report::append_json(document, result);
  std::string summary;
  report::append_summary(summary, result);
  std::string log;
  if (!settings.outlets.hdr_log.empty()) report::append_hdr_log(log, result);
  ExitCode worst = ExitCode::done;
  const auto note = [&](const Status& status) {
    if (!status) worst = worse(worst, failed(world, status.error()).code);
  };
  note(files.result.write(document));
  note(files.hdr_log.write(log));
  if (settings.outlets.json)
    note(print(world, document));
  else if (!settings.outlets.interval_json)
    note(print(world, summary));
  return worst;
}

}  // namespace

Ended run_once(World& world, Settings& settings) {
  auto files = Files::open(settings.outlets);
  if (!files) return failed(world, files.error());
  settle(world, settings);
  Run run(world, settings, settings.work);
  const auto result = run.measure();
  if (!result && run.signal() != 0) return {result.error().code, run.signal()};
  if (!result) return failed(world, result.error());
  const ExitCode written = write_all(world, settings, *files, *result);
  const ExitCode found = worse(verdict_of(settings, *result), trouble_of(*result));
  return {worse(written, found), run.signal()};
}

}  // namespace mqtt_toolbox::bench
