#include "client/native_client.hpp"
#include "client/paho_engine.hpp"

namespace mqtt_toolbox::client {

Result<std::unique_ptr<Client>> make_client(Surroundings surroundings, const ConnectPlan& plan,
                                            Handler& handler) {
  return make_client(surroundings, plan, handler, {});
}

Result<std::unique_ptr<Client>> make_client(Surroundings surroundings, const ConnectPlan& plan,
                                            Handler& handler, const std::string& password_command) {
  if (plan.engine == Engine::paho)
    return make_paho_client(surroundings, plan, handler, password_command);
  return std::make_unique<NativeClient>(surroundings, plan, handler, password_command);
}

}  // namespace mqtt_toolbox::client
