#include <cstring>

#include "base/utf8.hpp"
#include "options/layers.hpp"
#include "options/lookup.hpp"
#include "options/tool_options.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::string_view prefix = "MQTT_TOOLBOX_";

std::string option_name(std::string_view variable) {
  std::string name;
  for (char letter : variable.substr(prefix.size()))
    name += letter == '_'
                ? '-'
                : static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  return name;
}

tl::unexpected<Error> unknown_variable(const Tool& tool, std::string_view variable) {
  std::vector<std::string> names;
  each_spec(tool, [&](const Spec& spec) {
    if (!spec.argv_only) names.push_back(environment_name(spec.name).substr(prefix.size()));
  });
  return fail(ExitCode::usage,
              "unknown environment variable " + printable(variable, 100) +
                  suggestion(variable.substr(prefix.size()), {names.begin(), names.end()}, prefix));
}

Status add(const Spec& spec, const Origin& origin, std::string_view text, Candidates& candidates) {
  auto values = read_values(spec, std::string(text), false);
  if (!values) return fail(ExitCode::usage, origin.where + ": " + values.error().text);
  candidates.push_back({&spec, origin, std::move(*values)});
  return {};
}

/// A repeatable option has one value a line.
Status add_lines(const Spec& spec, const Origin& origin, std::string_view text,
                 Candidates& candidates) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) continue;
    if (auto status = add(spec, origin, line, candidates); !status) return status;
  }
  return {};
}

Status read_variable(const Tool& tool, std::string_view variable, std::string_view value,
                     Candidates& candidates) {
  const std::string name = option_name(variable);
  const Spec* spec = find_spec(tool, name);
  if (spec != nullptr && !spec->argv_only) {
    const Origin origin{Layer::environment, false, std::string(variable)};
    if (spec->repeatable) return add_lines(*spec, origin, value, candidates);
    return add(*spec, origin, value, candidates);
  }
  const Spec* shared = find_shared_spec(name);
  if ((shared != nullptr && !shared->argv_only) || is_tool_option(name)) return {};
  return unknown_variable(tool, variable);
}

}  // namespace

std::string_view environment_value(const char* const* environment, std::string_view name) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('='))
      return entry.substr(name.size() + 1);
  }
  return {};
}

Status read_environment(const Tool& tool, const char* const* environment, Candidates& candidates) {
  const std::string_view url = environment_value(environment, "MQTT_URL");
  if (const Spec* spec = find_spec(tool, "url"); spec != nullptr && !url.empty())
    candidates.push_back({spec, {Layer::environment, false, "MQTT_URL"}, {std::string(url)}});
  for (; *environment != nullptr; ++environment) {
    if (std::strncmp(*environment, prefix.data(), prefix.size()) != 0) continue;
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals + 1 == entry.size()) continue;
    auto status =
        read_variable(tool, entry.substr(0, equals), entry.substr(equals + 1), candidates);
    if (!status) return status;
  }
  return {};
}

}  // namespace mqtt_toolbox::options
