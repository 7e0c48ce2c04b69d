#include <array>

#include "options/specs.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {
namespace {

struct GroupRow {
  Group group;
  std::string_view title;
  Specs (*specs)();
};

constexpr std::array<GroupRow, 24> groups{{
    {Group::clients, "Clients", nullptr},
    {Group::message, "Message", nullptr},
    {Group::subscription, "Subscription", nullptr},
    {Group::input, "Input", nullptr},
    {Group::output, "Output", nullptr},
    {Group::flow, "Flow", nullptr},
    {Group::durability, "Durability", nullptr},
    {Group::measurement, "Measurement", nullptr},
    {Group::broker, "Broker", nullptr},
    {Group::faults, "Faults on purpose", nullptr},
    {Group::limits, "Limits", nullptr},
    {Group::checks, "Checks", check_specs},
    {Group::connection, "Connection", connection_specs},
    {Group::authentication, "Identity and password", authentication_specs},
    {Group::tls, "TLS", tls_specs},
    {Group::websocket, "WebSocket", websocket_specs},
    {Group::session, "Session", session_specs},
    {Group::reconnect, "Reconnecting", reconnect_specs},
    {Group::will, "Will", will_specs},
    {Group::properties, "MQTT 5.0 properties", property_specs},
    {Group::publish_properties, "MQTT 5.0 properties of messages", publish_property_specs},
    {Group::subscribe_properties, "MQTT 5.0 properties of subscriptions", subscribe_property_specs},
    {Group::reporting, "Reporting", reporting_specs},
    {Group::general, "General", general_specs},
}};

const GroupRow& row(Group group) {
  return groups[static_cast<std::size_t>(group)];
}

bool is_named(const Spec& spec, std::string_view long_name) {
  return spec.name == long_name || (!spec.alias.empty() && spec.alias == long_name);
}

}  // namespace

std::string_view program_name(const Tool& tool) {
  return tool.family == nullptr ? tool.name : tool.family->name;
}

std::string_view command_word(const Tool& command) {
  return command.name.substr(command.name.rfind(' ') + 1);
}

const Tool* find_command(const Tool& tool, std::string_view word) {
  for (const Tool* command : tool.commands)
    if (command_word(*command) == word) return command;
  return nullptr;
}

std::string_view title(Group group) {
  return row(group).title;
}

Specs shared_specs(Group group) {
  return row(group).specs == nullptr ? Specs() : row(group).specs();
}

const Spec* find_spec(const Tool& tool, std::string_view long_name) {
  const Spec* found = nullptr;
  each_spec(tool, [&](const Spec& spec) {
    if (found == nullptr && is_named(spec, long_name)) found = &spec;
  });
  return found;
}

const Spec* find_spec(const Tool& tool, char letter) {
  const Spec* found = nullptr;
  each_spec(tool, [&](const Spec& spec) {
    if (found == nullptr && letter != '\0' && spec.letter == letter) found = &spec;
  });
  return found;
}

}  // namespace mqtt_toolbox::options
