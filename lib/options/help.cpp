#include <algorithm>

#include "options/text.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::size_t help_column = 34;
constexpr std::size_t line_width = 100;

/// "  -h, --host HOST", the letter's column empty when there is none.
std::string left_side(const Tool& tool, const Spec& spec) {
  const char letter = letter_of(tool, spec);
  std::string text = letter == '\0' ? "      " : std::string("  -") + letter + ", ";
  return text + "--" + long_form(spec);
}

void append_spec(std::string& out, const Tool& tool, const Spec& spec) {
  std::string line = left_side(tool, spec);
  if (line.size() + 2 > help_column) {
    out += line + '\n';
    line.clear();
  }
  line.resize(help_column, ' ');
  for (const std::string& part : wrap(help_line(spec), line_width - help_column)) {
    out += line + part + '\n';
    line.assign(help_column, ' ');
  }
}

void append_usage(std::string& out, const Tool& tool) {
  std::string_view prefix = "usage: ";
  for (std::string_view line : lines(tool.synopsis)) {
    out += std::string(prefix) + std::string(tool.name) + ' ' + std::string(line) + '\n';
    prefix = "       ";
  }
}

void append_commands(std::string& out, const Tool& tool) {
  constexpr std::size_t command_column = 14;
  out += "\nCommands:\n";
  for (const Tool* command : tool.commands) {
    std::string line = "  " + std::string(command_word(*command));
    line.resize(std::max(line.size() + 1, command_column), ' ');
    out += line + std::string(command->summary) + '\n';
  }
  out += "\n" + std::string(tool.name) + " COMMAND --help lists the options of a command.\n";
}

void append_all_options(std::string& out, const Tool& tool) {
  each_group(tool, [&](Group group, const std::vector<const Spec*>& specs) {
    out += '\n' + std::string(title(group)) + ":\n";
    for (const Spec* spec : specs) append_spec(out, tool, *spec);
  });
}

}  // namespace

std::string help(const Tool& tool) {
  std::string out;
  append_usage(out, tool);
  std::string summary(tool.summary);
  out += '\n' + capitalised(summary) + ".\n";
  if (tool.commands.empty())
    append_all_options(out, tool);
  else
    append_commands(out, tool);
  if (!tool.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : tool.examples)
    out += "  # " + std::string(example.text) + "\n  " + std::string(example.command) + '\n';
  out += "\nMore is in the manuals: " + std::string(program_name(tool)) +
         "(1), and mqtt-toolbox(7) for the configuration,\nthe environment and the exit status.\n";
  return out;
}

}  // namespace mqtt_toolbox::options
