#pragma once

#include "options/settings.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::checks {

/// What all tools with cases have; each derives its own settings from this one.
struct Settings : options::Settings {
  bool control = true;  ///< a message of the tool's own comes first, to see that messages pass
};

/// For the table of each such tool.
inline constexpr options::Spec no_control{
    .name = "no-control",
    .group = options::Group::checks,
    .help = "make the checks without a message that shows first that messages pass",
    .manual = "What the user may not do is then told by each check for itself.",
    .assign = [](options::Settings& settings, options::Values) -> Status {
      static_cast<Settings&>(settings).control = false;
      return {};
    }};

}  // namespace mqtt_toolbox::checks
