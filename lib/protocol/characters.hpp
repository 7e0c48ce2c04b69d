#pragma once

#include <optional>
#include <string>

#include "base/export.hpp"
#include "protocol/properties.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// The first character of an MQTT string for which the receiver may close the connection (MQTT 5.0
/// section 1.5.4; Mosquitto does): a control character, U+0000 to U+001F and U+007F to U+009F, or
/// what Unicode calls a non-character. `text` is well-formed UTF-8.
MQTT_TOOLBOX_API std::optional<char32_t> find_risky_character(Bytes text);

struct RiskyProperty {
  PropertyId id{};
  char32_t character = 0;
};
/// The first property with such a character in its text, or in the name of a user property.
MQTT_TOOLBOX_API std::optional<RiskyProperty> find_risky_property(Properties properties);

/// "the control character U+000A", "the non-character U+FFFF".
MQTT_TOOLBOX_API std::string describe_risky_character(char32_t character);

}  // namespace mqtt_toolbox::protocol
