#include "bench/outcome.hpp"

#include "bench/printing.hpp"
#include "bench/ranks_gathering.hpp"
#include "load/failures.hpp"
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

/// Whether it is no fault: what is stopped has not waited for everything.
bool is_excused(const load::FailureKind& kind, const load::Measurement& measurement) {
  return measurement.interrupted && kind.status == ExitCode::no;
}

/// What connections and messages met.
ExitCode trouble_of(const report::RunResult& result) {
  const load::Measurement& measurement = result.measurement;
  ExitCode trouble = is_given_up(measurement) ? ExitCode::lost : ExitCode::done;
  for (const load::FailureKind& kind : load::failure_kinds) {
    if (measurement.whole_run.*kind.count != 0 && !is_excused(kind, measurement))
      trouble = worse(trouble, kind.status);
  }
  return measurement.interrupted ? trouble : worse(trouble, measurement.never_connected.cause);
}

}  // namespace

Result<Files> Files::open(const Outlets& outlets) {
  auto result = ResultFile::open(outlets.file);
  if (!result) return tl::unexpected<Error>(result.error());
  auto hdr_log = ResultFile::open(outlets.hdr_log);
  if (!hdr_log) return tl::unexpected<Error>(hdr_log.error());
  return Files{std::move(*result), std::move(*hdr_log)};
}

Texts texts_of(const report::RunResult& result) {
  const auto whole = [&result](void (*append)(std::string&, const report::RunResult&)) {
    return [&result, append](const TextSink& sink) {
      std::string text;
      append(text, result);
      return sink(text);
    };
  };
  return {whole(report::append_json), whole([](std::string& out, const report::RunResult& each) {
            report::append_summary(out, each);
            append_ranks(out, each);
          }),
          whole(report::append_hdr_log)};
}

Texts texts_of(const report::RunResult& result, const Recorder& recorder) {
  Texts texts = texts_of(result);
  texts.document = [&](const TextSink& sink) { return recorder.write_document(result, sink); };
  texts.hdr_log = [&](const TextSink& sink) { return recorder.write_hdr_log(result, sink); };
  return texts;
}

ExitCode write_all(console::World& world, const Settings& settings, Files& files,
                   const Texts& texts, const TextSink& print_text) {
  ExitCode worst = ExitCode::done;
  const auto note = [&](const Status& status) {
    if (!status) worst = worse(worst, failed(world, status.error()).code);
  };
  note(files.result.write(texts.document));
  note(files.hdr_log.write(texts.hdr_log));
  if (settings.outlets.json)
    note(texts.document(print_text));
  else if (!settings.outlets.interval_json)
    note(texts.summary(print_text));
  return worst;
}

ExitCode found_in(const Settings& settings, const report::RunResult& result) {
  return worse(verdict_of(settings, result), trouble_of(result));
}

}  // namespace mqtt_toolbox::bench
