#pragma once

#include <cstdint>
#include <string>

#include "check/settings.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::will {

/// Whose eyes count: both, where one is not asked for.
enum class ObserverEngines : std::uint8_t { both, native, paho };

struct Settings : check::Settings {
  ObserverEngines observers = ObserverEngines::both;
  std::string cut;            ///< of the user's own will
  std::string kick;           ///< shell command; empty: none
  std::string refused_topic;  ///< empty: none
};

extern const options::Tool tool;

}  // namespace mqtt_toolbox::will
