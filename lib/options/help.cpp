#include <algorithm>

#include "options/text.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::size_t help_column = 34;
constexpr std::size_t line_width = 100;

/// "  -h, --host HOST", the letter's column empty when there is none.
std::string left_side(const Spec& spec) {
  std::string text = spec.letter == '\0' ? "      " : std::string("  -") + spec.letter + ", ";
  return text + "--" + long_form(spec);
}

void append_spec(std::string& out, const Spec& spec) {
  std::string line = left_side(spec);
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

}  // namespace

std::string help(const Tool& tool) {
  std::string out;
  append_usage(out, tool);
  std::string summary(tool.summary);
  out += '\n' + capitalised(summary) + ".\n";
  each_group(tool, [&](Group group, const std::vector<const Spec*>& specs) {
    out += '\n' + std::string(title(group)) + ":\n";
    for (const Spec* spec : specs) append_spec(out, *spec);
  });
  if (!tool.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : tool.examples)
    out += "  # " + std::string(example.text) + "\n  " + std::string(example.command) + '\n';
  out += "\nMore is in the manuals: " + std::string(tool.name) +
         "(1), and mqtt-toolbox(7) for the configuration,\nthe environment and the exit status.\n";
  return out;
}

}  // namespace mqtt_toolbox::options
