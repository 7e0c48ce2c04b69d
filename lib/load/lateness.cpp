#include "load/lateness.hpp"

#include <algorithm>
#include <array>

namespace mqtt_toolbox::load {

LateShares late_shares(const Measurement& measurement) {
  if (measurement.late.all <= 0) return {};
  LateShares shares;
  shares.broker = std::clamp(measurement.late.held_up / measurement.late.all, 0.0, 1.0);
  double cpu = 0, run_queue = 0, stolen = 0;
  for (const WorkerUse& use : measurement.workers) {
    cpu += use.cpu;
    run_queue += use.run_queue;
    stolen += use.wall * measurement.steal;
  }
  const double rest = 1 - shares.broker;
  const double time = cpu + run_queue + stolen;
  shares.machine = time <= 0 ? 0 : rest * run_queue / time;
  shares.host = time <= 0 ? 0 : rest * stolen / time;
  shares.generator = rest - shares.machine - shares.host;
  return shares;
}

MainCause main_cause(const Measurement& measurement) {
  const LateShares shares = late_shares(measurement);
  const std::array<MainCause, 4> causes{{{LateCause::generator, shares.generator},
                                         {LateCause::broker, shares.broker},
                                         {LateCause::machine, shares.machine},
                                         {LateCause::host, shares.host}}};
  return *std::max_element(causes.begin(), causes.end(),
                           [](const auto& a, const auto& b) { return a.share < b.share; });
}

}  // namespace mqtt_toolbox::load
