#include "client/paho_engine.hpp"

#include <exception>
#include <utility>

#include "client/paho_client.hpp"
#include "client/paho_refusals.hpp"
#include "transport/plugin.hpp"

namespace mqtt_toolbox::client {

Result<std::unique_ptr<PahoLink>> PahoModule::open(const ConnectPlan& plan,
                                                   protocol::Version protocol_version,
                                                   const std::string& client_identifier) const {
  PahoLink* link = nullptr;
  Error error;
  if (open_link(&plan, protocol_version, &client_identifier, &link, &error) != 0)
    return tl::unexpected(std::move(error));
  return std::unique_ptr<PahoLink>(link);
}

Result<PahoModule> open_paho() {
  const auto open = transport::plugin_symbol(paho_module, open_paho_symbol);
  if (!open) {
    return fail(ExitCode::io, "no --engine paho: " + open.error().text +
                                  ", with Paho MQTT C++ (libpaho-mqttpp3-1) beside it");
  }
  return transport::plugin_symbol(paho_module, paho_version_symbol).map([&](void* get_version) {
    PahoModule module{reinterpret_cast<OpenPaho>(*open), {}};
    reinterpret_cast<GetPahoVersion>(get_version)(&module.version);
    return module;
  });
}

Result<std::unique_ptr<Client>> make_paho_client(Surroundings surroundings, const ConnectPlan& plan,
                                                 Handler& handler,
                                                 const std::string& password_command) {
  if (surroundings.store != nullptr)
    return fail(ExitCode::usage, "the paho engine cannot do a store: use --engine native");
  return open_paho().and_then([&](const PahoModule& module) -> Result<std::unique_ptr<Client>> {
    if (auto possible = check_paho(plan, module.version); !possible)
      return tl::unexpected(std::move(possible.error()));
    // No exception passes into the program, which may have a C++ runtime of its own.
    try {
      return std::make_unique<PahoClient>(surroundings, module, plan, handler, password_command);
    } catch (const std::exception& exception) {
      return fail(ExitCode::io, exception.what());
    }
  });
}

}  // namespace mqtt_toolbox::client
