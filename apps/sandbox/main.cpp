#include <cstdlib>
#include <unistd.h>

#include "console/output.hpp"
#include "console/tool.hpp"
#include "sandbox/command.hpp"
#include "sandbox/tool_settings.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

using console::Ended;
using console::World;

void take_surroundings(Settings& settings) {
  if (const char* path = std::getenv("PATH")) settings.search_path = path;
  const char* folder = std::getenv("TMPDIR");
  if (folder != nullptr && *folder != '\0') settings.temporary_folder = folder;
}

Ended failed(World& world, const Error& error) {
  world.reporter.error(error.text);
  return {error.code, 0};
}

Status print(World& world, const std::string& text) {
  console::Output output(
      world.loop, STDOUT_FILENO, [] {}, [](const Error&) {});
  output.buffer() = text;
  return output.finish(never);
}

Ended stay(World& world, Sandbox& sandbox) {
  const Status printed = print(world, sandbox.json() + "\n");
  if (!printed) return failed(world, printed.error());
  const auto signal = wait_for_signal(sandbox);
  if (!signal) return failed(world, signal.error());
  return {ExitCode::done, *signal};
}

Ended work(World& world, ToolSettings& settings) {
  take_surroundings(settings.broker);
  auto sandbox = start(settings.broker, world.random);
  if (!sandbox) return failed(world, sandbox.error());
  if (settings.positionals.empty()) return stay(world, *sandbox);
  const Command command{settings.positionals, settings.door, variables_of_a_broker()};
  const auto status =
      run_command(*sandbox, command, [&](const std::string& text) { world.reporter.error(text); });
  if (!status) return failed(world, status.error());
  return {static_cast<ExitCode>(*status), 0};
}

}  // namespace
}  // namespace mqtt_toolbox::sandbox

int main(int argc, char** argv, char** environment) {
  namespace sandbox = mqtt_toolbox::sandbox;
  sandbox::ToolSettings settings;
  return mqtt_toolbox::console::run_tool(
      sandbox::tool, settings, {argc, argv, environment},
      [&](mqtt_toolbox::console::World& world) { return sandbox::work(world, settings); });
}
