#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "options/arguments.hpp"
#include "options/outside.hpp"
#include "options/settings.hpp"
#include "options/spec.hpp"

namespace mqtt_toolbox::options {

struct Example {
  std::string_view text;     ///< what it does, one clause
  std::string_view command;  ///< as typed, without a prompt
};

/// A check that a tool can make of a broker.
struct CaseText {
  std::string_view name;
  std::string_view section;   ///< of MQTT 5.0
  std::string_view promise;   ///< what the broker is to do: one clause, no full stop
  std::string_view versions;  ///< "MQTT 5.0 only"; empty: all
};

/// Something that a tool may find out of a broker.
struct FactText {
  std::string_view name;
  std::string_view value;    ///< what kind of value it has: "yes or no", "bytes"
  std::string_view meaning;  ///< one clause, no full stop
};

/// A tool as its options see it; one constexpr object each, in apps/NAME/settings.cpp.
struct Tool {
  std::string_view name;      ///< "mqtt-pub"
  std::string_view summary;   ///< one clause, no full stop: NAME in the manual
  std::string_view synopsis;  ///< what follows the name: "[OPTIONS] -t TOPIC -m TEXT"; lines by \n
  std::string_view description;   ///< manual text; paragraphs parted by an empty line
  std::span<const Group> groups;  ///< the shared groups it takes
  Specs own;                      ///< its own table
  std::span<const Example> examples = {};
  /// The checks that --case chooses from; null: it makes none.
  std::vector<CaseText> (*cases)() = nullptr;
  /// The facts that it finds out; null: none.
  std::vector<FactText> (*facts)() = nullptr;
  /// Name of the arguments that belong to no option ("COMMAND"); empty: there are none. The first
  /// one and everything after it go to Settings::positionals.
  std::string_view positionals = {};
  /// Options may also stand behind such arguments, which then end only with "--".
  bool options_anywhere = false;
  /// Tools that are this one's commands, chosen by the first argument ("mqtt-bench publish"). Its
  /// own table and groups are then the union of theirs, for the manual and the completions.
  std::span<const Tool* const> commands = {};
  /// Of a command: the tool whose command it is. They share the table of the configuration.
  const Tool* family = nullptr;
  /// The tool runs --password-command by itself, beside its loop, before each connect.
  bool runs_password_command = false;
  /// The tool's rules that need all options; runs after the shared ones, on the finished plan.
  Status (*check)(Settings& settings) = nullptr;
};

/// The answer to --help, --version and --show-settings is a text for stdout and exit 0; otherwise
/// the tool runs, with settings complete.
struct Resolution {
  std::optional<std::string> answer;
};

/// Everything an invocation brings.
struct Invocation {
  const Arguments& arguments;
  /// NAME=VALUE, ends with a null pointer, as the third argument of main.
  const char* const* environment;
  Outside& outside;
};

/// Merges defaults, configuration, environment and argv into `settings` (made by the caller, of the
/// tool's own type), reads secrets and checks the rules that need all options. Errors:
/// ExitCode::usage, for what was asked; ExitCode::io, for a file that cannot be read.
MQTT_TOOLBOX_API Result<Resolution> resolve(const Tool& tool, Settings& settings,
                                            const Invocation& invocation);

/// Calls `visit(const Spec&)` for every option of the tool: its own, then those of the shared
/// groups.
template <typename Visit>
void each_spec(const Tool& tool, Visit visit) {
  for (const Spec& spec : tool.own) visit(spec);
  for (Group group : tool.groups)
    for (const Spec& spec : shared_specs(group)) visit(spec);
}

/// What the program is called: for a command, the name of its family.
MQTT_TOOLBOX_API std::string_view program_name(const Tool& tool);
/// The word that chooses a command: the last one of its name.
MQTT_TOOLBOX_API std::string_view command_word(const Tool& command);
/// The command of this name; null when the tool has none.
MQTT_TOOLBOX_API const Tool* find_command(const Tool& tool, std::string_view word);

/// The option of this long name or alias, without dashes; null when the tool has none. A tool's own
/// options come before those of the shared groups, and may take a letter from them.
MQTT_TOOLBOX_API const Spec* find_spec(const Tool& tool, std::string_view long_name);
MQTT_TOOLBOX_API const Spec* find_spec(const Tool& tool, char letter);

/// Generated texts: --help, the man page (mdoc, section 1), and completions.
MQTT_TOOLBOX_API std::string help(const Tool& tool);
MQTT_TOOLBOX_API std::string manual(const Tool& tool);
MQTT_TOOLBOX_API std::string completion_bash(const Tool& tool);
MQTT_TOOLBOX_API std::string completion_zsh(const Tool& tool);
MQTT_TOOLBOX_API std::string completion_fish(const Tool& tool);

/// An entry of a list in a manual.
struct ListEntry {
  std::string term;
  std::string text;
};

/// mqtt-toolbox(7): the template with the tables in place of its @MARKERS@; `results` describe the
/// JSON lines. An unknown marker is ExitCode::no.
MQTT_TOOLBOX_API Result<std::string> manual_of_toolbox(std::string_view page_template,
                                                       std::span<const Tool* const> tools,
                                                       std::span<const ListEntry> results);

/// What a tool has to know of the others, as C++ text: tool_options.inc and tool_names.inc.
MQTT_TOOLBOX_API std::string option_names_source(std::span<const Tool* const> tools);
MQTT_TOOLBOX_API std::string tool_names_source(std::span<const Tool* const> tools);

}  // namespace mqtt_toolbox::options
