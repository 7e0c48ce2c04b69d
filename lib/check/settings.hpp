#pragma once

#include "options/assign.hpp"
#include "options/settings.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::check {

/// What all tools with cases have; each derives its own settings from this one.
struct Settings : options::Settings {
  bool control = true;  ///< a message of the tool's own comes first, to see that messages pass
  /// How long to look for what must come, where the standard does not say when.
  Duration missing_after = std::chrono::seconds(32);
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

inline constexpr options::Spec missing_after{
    .name = "missing-after",
    .kind = options::Kind::duration,
    .value_name = "DURATION",
    .group = options::Group::checks,
    .fallback = "32s",
    .help = "how long to look for something before it counts as missing",
    .manual =
        "The standard demands many things of a broker without saying how soon. A check looks for "
        "them for this long, while other checks go on, and its finding says how long it has "
        "waited. With --case-timeout, and when a check is repeated, the wait is a few seconds at "
        "most.",
    .assign = [](options::Settings& settings, options::Values values) -> Status {
      return options::parse_time_out(values[0]).map(
          [&](Duration time) { static_cast<Settings&>(settings).missing_after = time; });
    }};

}  // namespace mqtt_toolbox::check
