#include "check/suite.hpp"
#include "console/tool.hpp"
#include "qos/qos_cases.hpp"
#include "qos/settings.hpp"

int main(int argc, char** argv, char** environment) {
  using namespace mqtt_toolbox;
  qos::Settings settings;
  const auto begin = [&](check::RunContext& run) {
    run.amounts = settings.amounts;
    return Status();
  };
  return console::run_tool(qos::tool, settings, {argc, argv, environment},
                           [&](console::World& world) {
                             return check::run(world, settings, {qos::qos_cases(), begin});
                           });
}
