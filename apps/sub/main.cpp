#include "console/tool.hpp"
#include "sub/settings.hpp"
#include "sub/subscriber.hpp"

int main(int argc, char** argv, char** environment) {
  namespace sub = mqtt_toolbox::sub;
  sub::Settings settings;
  return mqtt_toolbox::console::run_tool(
      sub::tool, settings, {argc, argv, environment}, [&](mqtt_toolbox::console::World& world) {
        auto properties = settings.properties();
        return sub::Subscriber(world, settings.work, settings.plan, properties).run();
      });
}
