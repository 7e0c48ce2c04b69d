#pragma once

#include <string_view>

#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// A normative statement that binds the server, by its number in the OASIS standards of MQTT 5.0
/// and MQTT 3.1.1, as in "MQTT-3.3.1-2". Empty: that standard has none.
struct Statement {
  std::string_view v5{};
  std::string_view v311{};

  /// MQTT 3.1 is no OASIS standard and has no statements.
  constexpr std::string_view in(Version version) const {
    if (version == Version::v5) return v5;
    return version == Version::v311 ? v311 : std::string_view();
  }
};

}  // namespace mqtt_toolbox::protocol
