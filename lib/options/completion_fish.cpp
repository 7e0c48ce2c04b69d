#include "options/completion.hpp"

namespace mqtt_toolbox::options {
namespace {

std::string quote(std::string_view text) {
  std::string out = "'";
  for (char letter : text) {
    if (letter == '\'' || letter == '\\') out += '\\';
    out += letter;
  }
  return out + "'";
}

/// -x: a value, and no file names; -r: a value that may be a file name.
std::string value_part(const Tool& tool, const Spec& spec) {
  if (!spec.takes_value()) return "";
  const std::string words = value_words(tool, spec);
  if (!words.empty()) return " -x -a " + quote(words);
  switch (spec.kind) {
    case Kind::file: return " -r -F";
    case Kind::directory: return " -x -a '(__fish_complete_directories)'";
    case Kind::command: return " -x -a '(__fish_complete_command)'";
    case Kind::property: return " -x -a " + quote(packet_words());
    default: return " -x";
  }
}

void append_spec(std::string& out, const Tool& tool, const Spec& spec) {
  const std::string start = "complete -c " + std::string(tool.name);
  const std::string description = " -d " + quote(help_line(spec)) + "\n";
  out += start;
  const char letter = letter_of(tool, spec);
  if (letter != '\0') out += std::string(" -s ") + letter;
  out += " -l " + std::string(spec.name);
  if (!spec.alias.empty()) out += " -l " + std::string(spec.alias);
  out += value_part(tool, spec) + description;
  if (spec.kind == Kind::toggle)
    out += start + " -l no-" + std::string(spec.name) + " -d " + quote(negated_help(spec)) + "\n";
}

}  // namespace

std::string completion_fish(const Tool& tool) {
  std::string out = "# " + std::string(completion_notice) + "\n";
  const std::string start = "complete -c " + std::string(tool.name);
  out += start + (tool.positionals.empty() ? " -f\n" : " -f -a '(__fish_complete_subcommand)'\n");
  if (!tool.commands.empty())
    out += start + " -n __fish_use_subcommand -a " + quote(command_words(tool)) + "\n";
  each_group(tool, [&](Group, const std::vector<const Spec*>& specs) {
    for (const Spec* spec : specs) append_spec(out, tool, *spec);
  });
  return out;
}

}  // namespace mqtt_toolbox::options
