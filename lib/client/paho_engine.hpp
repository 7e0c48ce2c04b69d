#pragma once

#include <memory>

#include "client/client.hpp"

namespace mqtt_toolbox::client {

/// The paho engine; as make_client.
Result<std::unique_ptr<Client>> make_paho_client(Surroundings surroundings, const ConnectPlan& plan,
                                                 Handler& handler);

}  // namespace mqtt_toolbox::client
