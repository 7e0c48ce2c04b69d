#pragma once

#include <cstdint>

namespace mqtt_toolbox::rule_breaker {

/// What CONNACK announces.
inline constexpr std::uint16_t announced_receive_maximum = 20;
inline constexpr std::uint16_t announced_topic_alias_maximum = 10;

}  // namespace mqtt_toolbox::rule_breaker
