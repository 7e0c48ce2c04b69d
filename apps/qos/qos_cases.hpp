#pragma once

#include <span>

#include "check/case.hpp"

namespace mqtt_toolbox::qos {

/// What mqtt-qos-test checks.
std::span<const check::Case> qos_cases();

}  // namespace mqtt_toolbox::qos
