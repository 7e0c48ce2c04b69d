#include "console/tool.hpp"
#include "pub/run.hpp"
#include "pub/settings.hpp"

int main(int argc, char** argv, char** environment) {
  namespace pub = mqtt_toolbox::pub;
  pub::Settings settings;
  return mqtt_toolbox::console::run_tool(
      pub::tool, settings, {argc, argv, environment},
      [&](mqtt_toolbox::console::World& world) { return pub::run(settings, world); });
}
