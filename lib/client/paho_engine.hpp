#pragma once

#include <memory>
#include <string>

#include "client/client.hpp"
#include "client/paho_link.hpp"
#include "client/password.hpp"

namespace mqtt_toolbox::client {

/// The module that holds Paho, once it is open.
struct PahoModule {
  OpenPaho open_link = nullptr;
  PahoVersion version;

  /// Whether DISCONNECT goes out with its reason code and properties.
  bool disconnect_tells_why() const { return version.cpp >= paho_disconnect_tells_why; }

  Result<std::unique_ptr<PahoLink>> open(const ConnectPlan& plan, protocol::Version version,
                                         const std::string& client_identifier) const;
};

/// ExitCode::io when the module is not there or cannot be opened.
Result<PahoModule> open_paho();

/// The paho engine; as make_client.
Result<std::unique_ptr<Client>> make_paho_client(Surroundings surroundings, const ConnectPlan& plan,
                                                 Handler& handler,
                                                 const std::string& password_command);

}  // namespace mqtt_toolbox::client
