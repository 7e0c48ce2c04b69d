#include "bench/commands.hpp"
#include "bench/printing.hpp"
#include "bench/run.hpp"
#include "load/null_broker_thread.hpp"

namespace mqtt_toolbox::bench {

console::Ended run_calibrate(console::World& world, Settings& settings) {
  load::NullBrokerThread broker;
  const auto port = broker.port();
  if (!port) return failed(world, port.error());
  auto& transport = settings.work.clients.transport;
  transport = {};
  transport.host = "127.0.0.1";
  transport.port = *port;
  settings.plan.transport = transport;
  return run_once(world, settings);
}

}  // namespace mqtt_toolbox::bench
