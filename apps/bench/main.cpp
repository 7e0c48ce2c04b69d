#include <string_view>

#include "base/utf8.hpp"
#include "bench/commands.hpp"
#include "console/tool.hpp"

namespace {

namespace bench = mqtt_toolbox::bench;
using mqtt_toolbox::console::Start;

/// mqtt-bench without a command: --help, --version, or a mistake.
int run_family(bench::Settings& settings, const Start& start) {
  return mqtt_toolbox::console::run_tool(bench::tool, settings, start,
                                         [](auto&) { return mqtt_toolbox::console::Ended(); });
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  bench::Settings settings;
  if (argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0')
    return bench::run_command(settings, {argc - 1, argv + 1, environment});
  return run_family(settings, {argc, argv, environment});
}
