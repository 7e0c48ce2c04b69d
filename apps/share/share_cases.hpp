#pragma once

#include <span>

#include "check/case.hpp"

namespace mqtt_toolbox::share {

/// What mqtt-share-test checks.
std::span<const check::Case> share_cases();

}  // namespace mqtt_toolbox::share
