#include "check/suite.hpp"
#include "console/tool.hpp"
#include "share/settings.hpp"
#include "share/share_cases.hpp"

int main(int argc, char** argv, char** environment) {
  using namespace mqtt_toolbox;
  share::Settings settings;
  const auto begin = [&](check::RunContext& run) {
    run.amounts = settings.amounts;
    return Status();
  };
  return console::run_tool(share::tool, settings, {argc, argv, environment},
                           [&](console::World& world) {
                             return check::run(world, settings, {share::share_cases(), begin});
                           });
}
