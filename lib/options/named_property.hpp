#pragma once

#include <array>
#include <string_view>

#include "options/property_value.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::options {

inline constexpr std::array<std::string_view, 2> payload_formats{"0", "1"};
inline constexpr std::array<std::string_view, 2> zero_or_one{"0", "1"};

/// The assignment of an option that is one property of one packet.
template <protocol::PropertyPlace place, protocol::PropertyId id>
Status assign_property(Settings& settings, Values values) {
  return add_property(*property_list(settings, place), id, values[0]);
}

}  // namespace mqtt_toolbox::options
