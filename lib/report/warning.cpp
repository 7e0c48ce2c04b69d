#include "report/warning.hpp"

#include <algorithm>

namespace mqtt_toolbox::report {

const WarningMeaning& meaning(load::Warning warning) {
  const auto found = std::find_if(warning_meanings.begin(), warning_meanings.end(),
                                  [&](const auto& entry) { return entry.warning == warning; });
  return found == warning_meanings.end() ? warning_meanings.back() : *found;
}

std::optional<load::Warning> warning_named(std::string_view name) {
  for (const WarningMeaning& entry : warning_meanings)
    if (entry.name == name) return entry.warning;
  return std::nullopt;
}

}  // namespace mqtt_toolbox::report
