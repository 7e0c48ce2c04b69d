#include "checks/suite.hpp"
#include "console/tool.hpp"
#include "probe/share_cases.hpp"
#include "share/settings.hpp"

int main(int argc, char** argv, char** environment) {
  using namespace mqtt_toolbox;
  share::Settings settings;
  const auto begin = [&](probe::Ground& ground) {
    ground.amounts = settings.amounts;
    return Status();
  };
  return console::run_tool(share::tool, settings, {argc, argv, environment},
                           [&](console::World& world) {
                             return checks::run(world, settings, {probe::share_cases(), begin});
                           });
}
