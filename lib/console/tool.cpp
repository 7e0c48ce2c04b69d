#include "console/tool.hpp"

#include <csignal>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

#include "base/random.hpp"
#include "console/interrupts.hpp"
#include "console/output.hpp"
#include "transport/plugin.hpp"

namespace mqtt_toolbox::console {
namespace {

/// A standard stream that was closed would be the next socket, and get what is meant for people.
/// What stands in for it cannot be read, or written, so that using it is an error as before.
void fill_closed_streams() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) < 0) [[maybe_unused]]
      int filled = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

std::optional<Trace> make_trace(const options::Settings& settings, record::WallClock& clock,
                                ErrorOutput& output) {
  if (settings.trace == options::Trace::json) return Trace(record::TraceForm::json, clock, output);
  if (settings.trace == options::Trace::text || settings.debug)
    return Trace(record::TraceForm::text, clock, output);
  return std::nullopt;
}

/// Lets the reporter write through an output for as long as that lives.
class ReporterOutput {
 public:
  ReporterOutput(Reporter& reporter, transport::Loop& loop) : reporter_(reporter), output_(loop) {
    reporter_.write_through(&output_);
  }
  ~ReporterOutput() {
    reporter_.write_through(nullptr);
    output_.finish();
  }
  ReporterOutput(const ReporterOutput&) = delete;
  ReporterOutput& operator=(const ReporterOutput&) = delete;

  ErrorOutput& get() { return output_; }

 private:
  Reporter& reporter_;
  ErrorOutput output_;
};

Ended answer(const std::string& text, Reporter& reporter) {
  transport::Loop loop;
  if (!loop.made()) {
    reporter.error(loop.made().error().text);
    return {ExitCode::io, 0};
  }
  Output output(
      loop, 1, [] {}, [](const Error&) {});
  output.buffer() = text;
  auto written = output.finish(never);
  if (written) return {};
  reporter.error(written.error().text);
  return {written.error().code, 0};
}

/// What TLS needs is missed before a connection is begun, not after.
Status check_tls(const options::Settings& settings) {
  const auto& tls = settings.plan.transport.tls;
  return tls ? transport::check_tls(*tls) : Status();
}

Ended run(const options::Tool& tool, options::Settings& settings, const Start& start,
          const std::function<Ended(World&)>& work, Reporter& reporter) {
  options::Arguments arguments(start.argc, start.argv, tool);
  options::SystemOutside outside;
  auto resolved = options::resolve(tool, settings, {arguments, start.environment, outside});
  if (!resolved) {
    reporter.error(resolved.error().text);
    return {resolved.error().code, 0};
  }
  if (resolved->answer) return answer(*resolved->answer, reporter);

  reporter.set_quiet(settings.quiet);
  for (const auto& warning : settings.warnings) reporter.note(warning);
  if (auto usable = check_tls(settings); !usable) {
    reporter.error(usable.error().text);
    return {usable.error().code, 0};
  }
  record::SystemWallClock wall_clock;
  Random random(system_seed());
  transport::Loop loop;
  if (!loop.made()) {
    reporter.error(loop.made().error().text);
    return {ExitCode::io, 0};
  }
  ReporterOutput error_output(reporter, loop);
  auto trace = make_trace(settings, wall_clock, error_output.get());
  settings.plan.session.observe_packets = trace.has_value();
  World world{loop, random, wall_clock, reporter, trace ? &*trace : nullptr};
  const Ended ended = work(world);
  if (trace) trace->finish();
  return ended;
}

}  // namespace

int run_tool(const options::Tool& tool, options::Settings& settings, const Start& start,
             const std::function<Ended(World&)>& work) {
  fill_closed_streams();
  signal(SIGPIPE, SIG_IGN);
  Reporter reporter(tool.name);
  Ended ended;
  try {
    ended = run(tool, settings, start, work, reporter);
  } catch (const std::exception& exception) {
    reporter.error(exception.what());
    ended.code = ExitCode::io;
  }
  reporter.finish();
  if (ended.signal != 0) end_by_signal(ended.signal);
  return static_cast<int>(ended.code);
}

}  // namespace mqtt_toolbox::console
