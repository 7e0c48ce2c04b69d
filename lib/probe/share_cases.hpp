#pragma once

#include <span>

#include "base/export.hpp"
#include "probe/case.hpp"

namespace mqtt_toolbox::probe {

/// What mqtt-share-test checks.
MQTT_TOOLBOX_API std::span<const Case> share_cases();

}  // namespace mqtt_toolbox::probe
