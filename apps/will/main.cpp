#include "console/tool.hpp"
#include "will/settings.hpp"
#include "will/trial.hpp"

int main(int argc, char** argv, char** environment) {
  namespace will = mqtt_toolbox::will;
  will::Settings settings;
  return mqtt_toolbox::console::run_tool(
      will::tool, settings, {argc, argv, environment},
      [&](mqtt_toolbox::console::World& world) { return will::Trial(world, settings).run(); });
}
