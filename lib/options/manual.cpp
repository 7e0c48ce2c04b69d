#include "base/verdict.hpp"
#include "options/mdoc.hpp"
#include "options/text.hpp"
#include "options/tool.hpp"

namespace mqtt_toolbox::options {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& letter : out)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return out;
}

void append_heading(std::string& out, const Tool& tool) {
  out += ".\\\" Generated from the tables of options; not to be edited.\n.Dd ";
  out += manual_date;
  out += "\n.Dt " + upper(tool.name) + " 1\n.Os\n.Sh NAME\n.Nm " + std::string(tool.name) +
         "\n.Nd " + mdoc_escape(tool.summary) + '\n';
}

/// Words in capitals are arguments, words with a dash are flags; brackets, bars and dots stay.
void append_synopsis(std::string& out, const Tool& tool) {
  out += ".Sh SYNOPSIS\n";
  for (std::string_view line : lines(tool.synopsis)) {
    out += ".Nm\n";
    append_mdoc_text(out, line);
  }
}

void append_description(std::string& out, const Tool& tool) {
  out += ".Sh DESCRIPTION\n";
  bool first = true;
  for (std::string_view paragraph : paragraphs(tool.description)) {
    if (!first) out += ".Pp\n";
    first = false;
    append_mdoc_text(out, paragraph);
  }
}

void append_long_item(std::string& out, const Spec& spec, std::string_view name) {
  out += "Fl -" + std::string(name);
  if (spec.kind == Kind::mark)
    out += " Ns Op = Ns Ar " + std::string(spec.value_name);
  else if (spec.takes_value())
    out += " Ar " + mdoc_escape(spec.value_name);
}

/// Which commands an option goes with, unless it goes with all.
std::string commands_of(const Tool& tool, const Spec& spec) {
  std::vector<std::string_view> words;
  for (const Tool* command : tool.commands)
    if (find_spec(*command, spec.name) != nullptr) words.push_back(command_word(*command));
  if (words.size() == tool.commands.size()) return {};
  return "For " + join_choices(words, " and ") + ".";
}

void append_item(std::string& out, const Tool& tool, const Spec& spec) {
  const char letter = letter_of(tool, spec);
  out += ".It ";
  if (letter != '\0') out += std::string("Fl ") + letter + " , ";
  append_long_item(out, spec, spec.name);
  if (!spec.alias.empty()) out += " , Fl -" + std::string(spec.alias);
  if (spec.kind == Kind::toggle) out += " , Fl -no-" + std::string(spec.name);
  out += '\n';
  append_mdoc_text(out, capitalised(help_line(spec)) + ".");
  if (spec.v5) append_mdoc_text(out, "MQTT 5.0 only.");
  if (!spec.manual.empty()) append_mdoc_text(out, spec.manual);
  if (const std::string commands = commands_of(tool, spec); !commands.empty())
    append_mdoc_text(out, commands);
}

void append_commands(std::string& out, const Tool& tool) {
  if (tool.commands.empty()) return;
  out += ".Sh COMMANDS\n";
  for (const Tool* command : tool.commands) {
    out += ".Ss " + std::string(command_word(*command)) + '\n';
    for (std::string_view line : lines(command->synopsis)) {
      out += ".Nm\n";
      append_mdoc_text(out, std::string(command_word(*command)) + ' ' + std::string(line));
    }
    for (std::string_view paragraph : paragraphs(command->description)) {
      out += ".Pp\n";
      append_mdoc_text(out, paragraph);
    }
  }
}

void append_options(std::string& out, const Tool& tool) {
  out += ".Sh OPTIONS\n";
  append_mdoc_text(out,
                   "Values are taken as they stand, also when they start with a dash. A switch is "
                   "turned off again, against the configuration or the environment, by its name "
                   "after --no-.");
  each_group(tool, [&](Group group, const std::vector<const Spec*>& specs) {
    out += ".Ss " + std::string(title(group)) + "\n.Bl -tag -width Ds\n";
    for (const Spec* spec : specs) append_item(out, tool, *spec);
    out += ".El\n";
  });
}

void append_verdicts(std::string& out) {
  append_mdoc_text(out, "Each check ends with one of these verdicts:");
  out += ".Bl -tag -width Ds\n";
  for (const VerdictMeaning& row : verdicts) {
    out += ".It " + std::string(row.name) + '\n';
    append_mdoc_text(out, capitalised(row.meaning) + ".");
  }
  out += ".El\n.Pp\n";
  append_mdoc_text(
      out,
      "When a check failed or was inconclusive, the exit status is 1. The checks, each "
      "with the section of the MQTT 5.0 standard that it rests on:");
}

void append_cases(std::string& out, const Tool& tool) {
  if (tool.cases == nullptr) return;
  out += ".Sh CHECKS\n";
  append_verdicts(out);
  out += ".Bl -tag -width Ds\n";
  for (const CaseText& row : tool.cases()) {
    out += ".It " + mdoc_escape(row.name) + " (" + std::string(row.section) + ")\n";
    append_mdoc_text(out, capitalised(row.promise) + ".");
    if (!row.versions.empty()) append_mdoc_text(out, capitalised(row.versions) + ".");
  }
  out += ".El\n";
}

void append_facts(std::string& out, const Tool& tool) {
  if (tool.facts == nullptr) return;
  out += ".Sh FACTS\n.Bl -tag -width Ds\n";
  for (const FactText& row : tool.facts()) {
    out += ".It " + mdoc_escape(row.name) + " (" + std::string(row.value) + ")\n";
    append_mdoc_text(out, capitalised(row.meaning) + ".");
  }
  out += ".El\n";
}

void append_exit_status(std::string& out) {
  out += ".Sh EXIT STATUS\n.Bl -tag -width Ds\n";
  for (const ExitCodeMeaning& row : exit_codes) {
    out += ".It " + std::to_string(static_cast<int>(row.code)) + '\n';
    append_mdoc_text(out, capitalised(row.meaning) + ".");
  }
  out += ".El\n.Pp\n";
  append_mdoc_text(
      out,
      "After SIGINT, SIGTERM or SIGHUP the tool ends by that signal, once what is in flight "
      "has ended or the time of grace is over.");
}

void append_environment(std::string& out) {
  out += ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev MQTT_URL\n";
  append_mdoc_text(out, "The broker, as --url.");
  out += ".It Ev MQTT_TOOLBOX_OPTION\n";
  append_mdoc_text(out,
                   "Any option, its name in capitals with underscores: MQTT_TOOLBOX_WILL_TOPIC for "
                   "--will-topic.");
  out +=
      ".El\n.Pp\nFlags win over the environment, and the environment over the configuration;\n"
      "see\n.Xr mqtt-toolbox 7 .\n";
}

void append_files(std::string& out) {
  out += ".Sh FILES\n.Bl -tag -width Ds\n.It Pa $XDG_CONFIG_HOME/mqtt-toolbox/config.toml\n";
  append_mdoc_text(out, "The configuration; ~/.config stands for the variable when it is not set.");
  out += ".El\n";
}

void append_examples(std::string& out, const Tool& tool) {
  if (tool.examples.empty()) return;
  out += ".Sh EXAMPLES\n";
  for (const Example& example : tool.examples) {
    if (&example != &tool.examples.front()) out += ".Pp\n";
    append_mdoc_text(out, capitalised(example.text) + ":");
    append_mdoc_literal(out, example.command);
  }
}

}  // namespace

std::string manual(const Tool& tool) {
  std::string out;
  append_heading(out, tool);
  append_synopsis(out, tool);
  append_description(out, tool);
  append_commands(out, tool);
  append_options(out, tool);
  append_cases(out, tool);
  append_facts(out, tool);
  append_environment(out);
  append_files(out);
  append_exit_status(out);
  append_examples(out, tool);
  out += ".Sh SEE ALSO\n.Xr mqtt-toolbox 7\n";
  return out;
}

}  // namespace mqtt_toolbox::options
