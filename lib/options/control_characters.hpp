#pragma once

#include <string_view>

#include "options/assign.hpp"
#include "options/settings.hpp"

namespace mqtt_toolbox::options {

/// --allow-control-characters, for the own table of a tool that sends what users write.
constexpr Spec control_characters_spec(Group group) {
  return {.name = "allow-control-characters",
          .group = group,
          .help = "send control characters and non-characters in topics and properties",
          .manual =
              "MQTT permits a broker to close the connection for one (MQTT 5.0 section "
              "1.5.4), and Mosquitto does, so that what follows it would be lost.",
          .assign = assign_on<&Settings::allow_control_characters>};
}

/// Whether `text`, the value of `option`, may be sent; the error says where it was given.
MQTT_TOOLBOX_API Status check_control_characters(const Settings& settings, std::string_view option,
                                                 std::string_view text);

/// The same of the topic and the properties of the will, and of those of PUBLISH.
MQTT_TOOLBOX_API Status check_control_characters(const Settings& settings);

}  // namespace mqtt_toolbox::options
