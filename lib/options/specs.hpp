#pragma once

#include "options/spec.hpp"

namespace mqtt_toolbox::options {

/// The shared tables, one source file each; `shared_specs` is how others reach them.
Specs check_specs();
Specs connection_specs();
Specs authentication_specs();
Specs tls_specs();
Specs websocket_specs();
Specs session_specs();
Specs reconnect_specs();
Specs will_specs();
Specs property_specs();
Specs publish_property_specs();
Specs subscribe_property_specs();
Specs reporting_specs();
Specs general_specs();

}  // namespace mqtt_toolbox::options
