#pragma once

#include <cstdlib>

#include "base/random.hpp"

namespace mqtt_toolbox {

/// The seed of a random test: a new one each time, or MQTT_TEST_SEED to run one again. The test
/// shows it with CAPTURE.
inline std::uint64_t test_seed() {
  const char* const chosen = std::getenv("MQTT_TEST_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : system_seed();
}

}  // namespace mqtt_toolbox
