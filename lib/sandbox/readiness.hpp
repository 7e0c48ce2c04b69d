#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "sandbox/configuration.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::sandbox {

/// Whether the broker behind `door` answers: CONNECT is sent and CONNACK received within
/// `patience`. An open port alone proves nothing; a refusal proves it, since whom the broker lets
/// in is for the settings to say. Runs the loop. Error: why not.
Status probe(transport::Loop& loop, const Settings& settings, const Place& place,
             const DoorRow& door, Duration patience);

}  // namespace mqtt_toolbox::sandbox
