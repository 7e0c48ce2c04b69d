#include "options/lookup.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {
namespace {

std::string_view take_word(std::string_view& text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return text = {};
  text.remove_prefix(start);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view decorate) {
  const auto near = nearest(word, candidates);
  if (!near) return {};
  return "; did you mean " + std::string(decorate) + std::string(*near) + "?";
}

tl::unexpected<Error> unknown_option(const Tool& tool, std::string_view argument) {
  std::string text = "unknown option " + printable(argument.substr(0, argument.find('=')), 100);
  if (argument.starts_with("--")) {
    std::vector<std::string_view> names;
    each_spec(tool, [&](const Spec& spec) {
      if (spec.refusal.empty()) names.push_back(spec.name);
      if (!spec.alias.empty()) names.push_back(spec.alias);
    });
    std::string_view word = argument.substr(2);
    text += suggestion(word.substr(0, word.find('=')), names, "--");
  }
  return fail(ExitCode::usage, std::move(text));
}

bool is_user_property(std::string_view name) {
  return lower_case(name) == "user-property";
}

Result<std::vector<std::string>> split_property(std::string_view text) {
  std::vector<std::string> values;
  for (int i = 0; i < 2; ++i) values.emplace_back(take_word(text));
  if (is_user_property(values[1])) values.emplace_back(take_word(text));
  if (values[0].empty() || values[1].empty())
    return fail(ExitCode::usage, "a property is written PACKET NAME VALUE");
  values.emplace_back(text);
  return values;
}

Result<std::vector<std::string>> read_values(const Spec& spec, std::string text, bool negated) {
  if (spec.kind == Kind::property) return split_property(text);
  if (spec.kind == Kind::mark && !parse_boolean(text))
    return std::vector<std::string>{std::move(text)};
  if (spec.takes_value()) return std::vector<std::string>{std::move(text)};
  auto on = parse_boolean(text);
  if (!on) return tl::unexpected<Error>(std::move(on.error()));
  if (spec.kind == Kind::mark && *on != negated) return std::vector<std::string>();
  return std::vector<std::string>{*on != negated ? "true" : "false"};
}

std::string environment_name(std::string_view option) {
  std::string name = "MQTT_TOOLBOX_";
  for (char letter : option)
    name += letter == '-' ? '_' : static_cast<char>(letter >= 'a' ? letter - 'a' + 'A' : letter);
  return name;
}

const Spec* find_shared_spec(std::string_view long_name) {
  for (unsigned group = 0; group <= static_cast<unsigned>(Group::general); ++group)
    for (const Spec& spec : shared_specs(static_cast<Group>(group)))
      if (spec.name == long_name || (!spec.alias.empty() && spec.alias == long_name)) return &spec;
  return nullptr;
}

}  // namespace mqtt_toolbox::options
