#include "client/paho_engine.hpp"

#include "transport/plugin.hpp"

namespace mqtt_toolbox::client {

Result<std::unique_ptr<Client>> make_paho_client(Surroundings, const ConnectPlan&, Handler&) {
  const auto symbol = transport::plugin_symbol("libmqtt-toolbox-paho", "mqtt_toolbox_open_paho");
  return fail(ExitCode::io, "the paho engine: " + (symbol ? "not ready" : symbol.error().text));
}

}  // namespace mqtt_toolbox::client
