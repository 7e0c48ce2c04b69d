#pragma once

#include "options/assign.hpp"
#include "options/settings.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::checks {

/// What all tools with cases have; each derives its own settings from this one.
struct Settings : options::Settings {
  bool control = true;  ///< a message of the tool's own comes first, to see that messages pass
  /// For what must come, where the standard does not say when.
  Duration patience = std::chrono::seconds(32);
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

inline constexpr options::Spec patience{
    .name = "patience",
    .kind = options::Kind::duration,
    .value_name = "DURATION",
    .group = options::Group::checks,
    .fallback = "32s",
    .help = "how long to look for what must come before it counts as missing",
    .manual =
        "For what the standard wants of a broker without saying when: late is as good as "
        "soon, and who is found wanting is told how long was waited. The other checks go on "
        "meanwhile. With --case-timeout, and when a check is made again by itself, it is "
        "looked for no longer than a few seconds.",
    .assign = [](options::Settings& settings, options::Values values) -> Status {
      return options::parse_time_out(values[0]).map(
          [&](Duration time) { static_cast<Settings&>(settings).patience = time; });
    }};

}  // namespace mqtt_toolbox::checks
