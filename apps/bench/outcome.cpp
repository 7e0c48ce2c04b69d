#include "bench/outcome.hpp"

#include "bench/printing.hpp"
#include "bench/ranks_gathering.hpp"
#include "report/delivery.hpp"
#include "report/hdr_log.hpp"
#include "report/summary.hpp"

namespace mqtt_toolbox::bench {
namespace {

bool is_given_up(const load::Measurement& measurement) {
  return measurement.whole_run.connections_lost > measurement.whole_run.reconnects;
}

/// What a check found wrong, if anything. No QoS promises anything across a connection that is not
/// made again.
ExitCode verdict_of(const Settings& settings, const report::RunResult& result) {
  for (const report::Verdict& verdict : result.verdicts) {
    if (!verdict.met) return ExitCode::no;
  }
  const auto promise = report::promise(result);
  const bool judged = promise && !settings.max_loss && !result.measurement.interrupted &&
                      !is_given_up(result.measurement);
  return judged && !promise->met ? ExitCode::no : ExitCode::done;
}

/// What connections and messages met.
ExitCode trouble_of(const report::RunResult& result) {
  const load::Measurement& measurement = result.measurement;
  if (measurement.whole_run.refused != 0) return ExitCode::rejected;
  if (is_given_up(measurement)) return ExitCode::lost;
  const bool all = measurement.clients_connected >= result.setup.clients();
  return all || measurement.interrupted ? ExitCode::done : ExitCode::refused;
}

}  // namespace

Result<Files> Files::open(const Outlets& outlets) {
  auto result = ResultFile::open(outlets.file);
  if (!result) return tl::unexpected<Error>(result.error());
  auto hdr_log = ResultFile::open(outlets.hdr_log);
  if (!hdr_log) return tl::unexpected<Error>(hdr_log.error());
  return Files{std::move(*result), std::move(*hdr_log)};
}

ExitCode write_all(console::World& world, const Settings& settings, Files& files,
                   const report::RunResult& result, const Printer& print_text) {
  std::string document;
  report::append_json(document, result);
  std::string summary;
  report::append_summary(summary, result);
  append_ranks(summary, result);
  std::string log;
  if (!settings.outlets.hdr_log.empty()) report::append_hdr_log(log, result);
  ExitCode worst = ExitCode::done;
  const auto note = [&](const Status& status) {
    if (!status) worst = worse(worst, failed(world, status.error()).code);
  };
  note(files.result.write(document));
  note(files.hdr_log.write(log));
  if (settings.outlets.json)
    note(print_text(document));
  else if (!settings.outlets.interval_json)
    note(print_text(summary));
  return worst;
}

ExitCode found_in(const Settings& settings, const report::RunResult& result) {
  return worse(verdict_of(settings, result), trouble_of(result));
}

}  // namespace mqtt_toolbox::bench
