#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "base/export.hpp"

namespace mqtt_toolbox {

/// Randomness comes in as an argument. The same seed gives the same numbers on every machine.
using Random = std::mt19937_64;

/// Small letters and digits, at most 12, from one draw: 5 bits each.
MQTT_TOOLBOX_API std::string random_name(Random& random, std::size_t length);

/// A seed from the operating system.
MQTT_TOOLBOX_API std::uint64_t system_seed();

}  // namespace mqtt_toolbox
