#include "options/completion.hpp"

namespace mqtt_toolbox::options {
namespace {

/// The help between brackets within single quotes.
std::string escape(std::string_view text) {
  std::string out;
  for (char letter : text) {
    if (letter == '\'') {
      out += "'\\''";
      continue;
    }
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') out += '\\';
    out += letter;
  }
  return out;
}

std::string action(const Tool& tool, const Spec& spec) {
  const std::string words = value_words(tool, spec);
  if (!words.empty()) return "(" + words + ")";
  switch (spec.kind) {
    case Kind::file: return "_files";
    case Kind::directory: return "_files -/";
    case Kind::command: return "_command_names -e";
    default: return "";
  }
}

std::string value_part(const Tool& tool, const Spec& spec) {
  if (spec.kind == Kind::property)
    return ":packet:(" + packet_words() + "):name:(" + property_words() + "):value:";
  if (spec.kind == Kind::mark) return "::" + escape(spec.value_name) + ":" + action(tool, spec);
  if (!spec.takes_value()) return "";
  return ":" + escape(spec.value_name) + ":" + action(tool, spec);
}

/// Every form of the option, each of which excludes the others unless it may be repeated.
std::vector<std::string> forms(const Tool& tool, const Spec& spec) {
  std::vector<std::string> names;
  const char letter = letter_of(tool, spec);
  if (letter != '\0') names.push_back(std::string("-") + letter);
  const std::string end = spec.kind == Kind::mark ? "=-" : "";
  names.push_back("--" + std::string(spec.name) + end);
  if (spec.kind == Kind::toggle) names.push_back("--no-" + std::string(spec.name));
  if (!spec.alias.empty()) names.push_back("--" + std::string(spec.alias));
  return names;
}

bool is_negation(const Spec& spec, std::string_view name) {
  return spec.kind == Kind::toggle && name.starts_with("--no-");
}

void append_spec(std::string& out, const Tool& tool, const Spec& spec) {
  const std::vector<std::string> names = forms(tool, spec);
  std::string exclusion;
  for (const std::string& name : names)
    exclusion += (exclusion.empty() ? "" : " ") + replace_all(name, "=-", "");
  for (const std::string& name : names)
    out += "    '" + (spec.repeatable ? "*" : "(" + exclusion + ")") + name + "[" +
           escape(is_negation(spec, name) ? negated_help(spec) : help_line(spec)) + "]" +
           value_part(tool, spec) + "'\n";
}

}  // namespace

std::string completion_zsh(const Tool& tool) {
  std::string out = "#compdef " + std::string(tool.name) + "\n# " + std::string(completion_notice) +
                    "\nlocal -a options\noptions=(\n";
  each_group(tool, [&](Group, const std::vector<const Spec*>& specs) {
    for (const Spec* spec : specs) append_spec(out, tool, *spec);
  });
  out += ")\n_arguments -s -S $options";
  if (!tool.commands.empty()) out += " '1:command:(" + command_words(tool) + ")' '*:file:_files'";
  if (!tool.positionals.empty())
    out += " '(-)1:" + std::string(tool.positionals) + ":_command_names -e' '*::arguments:_normal'";
  return out + "\n";
}

}  // namespace mqtt_toolbox::options
