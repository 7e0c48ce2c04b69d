#pragma once

#include <string_view>

#include "support/rule_breaker/breaches.hpp"

namespace mqtt_toolbox::rule_breaker {

/// Whether the filter (without $share) matches the topic, MQTT 5.0 section 4.7.
bool matches(std::string_view filter, std::string_view topic, const Rules& rules);

}  // namespace mqtt_toolbox::rule_breaker
