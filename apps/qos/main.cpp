#include "checks/suite.hpp"
#include "console/tool.hpp"
#include "probe/qos_cases.hpp"
#include "qos/settings.hpp"

int main(int argc, char** argv, char** environment) {
  using namespace mqtt_toolbox;
  qos::Settings settings;
  const auto begin = [&](probe::Ground& ground) {
    ground.amounts = settings.amounts;
    return Status();
  };
  return console::run_tool(qos::tool, settings, {argc, argv, environment},
                           [&](console::World& world) {
                             return checks::run(world, settings, {probe::qos_cases(), begin});
                           });
}
