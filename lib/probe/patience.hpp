#pragma once

#include <string>

#include "base/text.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::probe {

/// How long an answer may take where a script does not say.
inline constexpr Duration usual_patience = std::chrono::seconds(5);
/// How long a message that must come may take.
inline constexpr Duration arrival_patience = std::chrono::seconds(3);

/// " within 3 s"
inline std::string within(Duration patience) {
  return " within " + show_duration(patience);
}

}  // namespace mqtt_toolbox::probe
