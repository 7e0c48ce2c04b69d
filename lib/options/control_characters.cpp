#include "options/control_characters.hpp"

#include "base/utf8.hpp"
#include "protocol/characters.hpp"

namespace mqtt_toolbox::options {
namespace {

tl::unexpected<Error> refused(const std::string& what, char32_t character) {
  return fail(ExitCode::usage,
              what + " has " + protocol::describe_risky_character(character) +
                  ", for which a broker may close the connection; --allow-control-characters sends "
                  "it");
}

Status check_properties(const protocol::PropertyList& properties, const std::string& prefix) {
  const auto risky = protocol::find_risky_property(properties.view());
  if (!risky) return {};
  return refused(prefix + std::string(protocol::property_row(risky->id)->flag_name),
                 risky->character);
}

}  // namespace

Status check_control_characters(const Settings& settings, std::string_view option,
                                std::string_view text) {
  if (settings.allow_control_characters) return {};
  const auto risky = protocol::find_risky_character(text);
  if (!risky) return {};
  const Given* given = settings.find(option);
  const std::string where = given == nullptr ? "--" + std::string(option) : given->origin.where;
  return refused(where + ": \"" + printable(text, 100) + '"', *risky);
}

Status check_control_characters(const Settings& settings) {
  if (settings.allow_control_characters) return {};
  if (auto status = check_properties(settings.publish_properties, "--"); !status) return status;
  const auto& will = settings.plan.session.will;
  if (!will) return {};
  return check_control_characters(settings, "will-topic", will->topic).and_then([&] {
    return check_properties(will->properties, "--will-");
  });
}

}  // namespace mqtt_toolbox::options
