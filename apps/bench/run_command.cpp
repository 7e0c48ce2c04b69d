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
  settle(world, settings);
  Run run(world, settings, settings.work);
  const auto result = run.measure();
  if (!result && run.signal() != 0) return {result.error().code, run.signal()};
  if (!result) return failed(world, result.error());
  const ExitCode written = write_all(world, settings, *files, *result,
                                     [&](const std::string& text) { return print(world, text); });
  const ExitCode found = found_in(settings, *result);
  return {worse(written, found), run.signal()};
}

}  // namespace mqtt_toolbox::bench
