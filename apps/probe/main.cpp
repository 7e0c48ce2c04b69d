#include "console/tool.hpp"
#include "probe/questions.hpp"
#include "probe/tool_settings.hpp"

int main(int argc, char** argv, char** environment) {
  namespace probe = mqtt_toolbox::probe;
  probe::ToolSettings settings;
  return mqtt_toolbox::console::run_tool(
      probe::tool, settings, {argc, argv, environment},
      [&](mqtt_toolbox::console::World& world) { return probe::ask(world, settings); });
}
