#include "unit/options/fixture.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr Spec own[] = {
    {.name = "topic",
     .letter = 't',
     .kind = Kind::text,
     .value_name = "TOPIC",
     .group = Group::message,
     .repeatable = true,
     .help = "topic",
     .assign = append_text<&ProbeSettings::topics>},
    {.name = "message",
     .letter = 'm',
     .kind = Kind::text,
     .value_name = "TEXT",
     .group = Group::message,
     .slot = "input",
     .help = "message",
     .assign = assign_text<&ProbeSettings::message>},
    {.name = "format",
     .letter = 'F',
     .kind = Kind::text,
     .value_name = "TEXT",
     .group = Group::message,
     .slot = "input",
     .help = "other message",
     .assign = assign_text<&ProbeSettings::format>},
    {.name = "retain",
     .letter = 'r',
     .group = Group::message,
     .help = "retain",
     .assign = assign_on<&ProbeSettings::retain>},
};

constexpr Group all_groups[] = {
    Group::connection,
    Group::authentication,
    Group::tls,
    Group::websocket,
    Group::session,
    Group::reconnect,
    Group::will,
    Group::properties,
    Group::publish_properties,
    Group::subscribe_properties,
    Group::reporting,
    Group::general,
};

constexpr Example examples[] = {{"do it", "mqtt-probe -t 'a' -m b"}};

}  // namespace

const Tool probe_tool{
    .name = "mqtt-probe",
    .summary = "try options out",
    .synopsis = "[OPTIONS] -t TOPIC",
    .description = "First paragraph.\n\nSecond paragraph.",
    .groups = all_groups,
    .own = own,
    .examples = examples,
};

Run& Run::operator()(std::initializer_list<std::string_view> arguments) {
  return with_arguments({arguments});
}

Run& Run::with_arguments(const std::vector<std::string_view>& arguments) {
  std::vector<std::string> texts{"mqtt-probe"};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  std::vector<const char*> envp;
  for (const std::string& entry : environment) envp.push_back(entry.c_str());
  envp.push_back(nullptr);
  const Arguments parsed(static_cast<int>(argv.size()), argv.data(), probe_tool);
  auto resolved = resolve(probe_tool, settings, {parsed, envp.data(), outside});
  if (!resolved) {
    error = resolved.error().text;
    code = resolved.error().code;
  } else if (resolved->answer) {
    answer = *resolved->answer;
  }
  return *this;
}

std::string Run::origin(std::string_view option) const {
  const Given* given = settings.find(option);
  return given == nullptr ? std::string() : given->origin.where;
}

}  // namespace mqtt_toolbox::options
