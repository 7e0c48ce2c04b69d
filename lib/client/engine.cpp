#include "client/client.hpp"
#include "client/paho_engine.hpp"

namespace mqtt_toolbox::client {

Result<std::unique_ptr<Client>> make_client(Surroundings surroundings, const ConnectPlan& plan,
                                            Handler& handler) {
  if (plan.engine == Engine::paho) return make_paho_client(surroundings, plan, handler);
  return make_native_client(surroundings, plan, handler);
}

}  // namespace mqtt_toolbox::client
