#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {

/// The error for an option that the tool has not, with a suggestion where one is near.
tl::unexpected<Error> unknown_option(const Tool& tool, std::string_view argument);

/// One text as the values of an occurrence: a switch becomes "true" or "false", `negated` the other
/// one; a bare mark none; the rest of a property is split at blanks.
Result<std::vector<std::string>> read_values(const Spec& spec, std::string text, bool negated);

/// PACKET NAME VALUE in one text: the value is what follows the second blank, of a user property
/// the third.
Result<std::vector<std::string>> split_property(std::string_view text);

/// The names of packets and properties count in any case, as with mosquitto_pub.
bool is_user_property(std::string_view name);

/// "MQTT_TOOLBOX_WILL_TOPIC" for "will-topic".
MQTT_TOOLBOX_API std::string environment_name(std::string_view option);

/// "; did you mean --host?" when a candidate is near, else nothing. `decorate` is put before it.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view decorate);

/// Every option of the shared groups, whether or not a tool takes them; null when there is none.
const Spec* find_shared_spec(std::string_view long_name);

}  // namespace mqtt_toolbox::options
