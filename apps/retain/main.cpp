#include "console/tool.hpp"
#include "retain/clearance.hpp"
#include "retain/settings.hpp"

int main(int argc, char** argv, char** environment) {
  namespace retain = mqtt_toolbox::retain;
  retain::Settings settings;
  return mqtt_toolbox::console::run_tool(
      retain::tool, settings, {argc, argv, environment}, [&](mqtt_toolbox::console::World& world) {
        return retain::Clearance(world, settings.work, settings.plan).run();
      });
}
