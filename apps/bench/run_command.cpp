#include "bench/commands.hpp"
#include "bench/outcome.hpp"
#include "bench/printing.hpp"
#include "bench/run.hpp"

namespace mqtt_toolbox::bench {

using console::Ended;
using console::World;

Ended run_once(World& world, Settings& settings) {
  auto files = Files::open(settings.outlets);
  if (!files) return failed(world, files.error());
  auto recorder = Recorder::create(settings.outlets);
  if (!recorder) return failed(world, recorder.error());
  settle(world, settings);
  settings.work.keep_intervals = false;
  Run run(world, settings, settings.work, nullptr, &*recorder);
  const auto result = run.measure();
  if (!result && run.signal() != 0) return {result.error().code, run.signal()};
  if (!result) return failed(world, result.error());
  const ExitCode written = write_all(world, settings, *files, texts_of(*result, *recorder),
                                     [&](std::string_view text) { return print(world, text); });
  const ExitCode found = found_in(settings, *result);
  return {worse(written, found), run.signal()};
}

}  // namespace mqtt_toolbox::bench
