#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::options {

struct Settings;

/// What one occurrence of an option brings: one value; none for a flag; "true" or "false" for a
/// toggle; three or four for `property`; none or one for `mark`.
using Values = std::span<const std::string_view>;

/// How an option is written and completed.
enum class Kind : std::uint8_t {
  flag,       ///< a switch that is off by default; assigned only when it is on
  toggle,     ///< a switch with a third state, unsaid: --NAME and --no-NAME
  mark,       ///< a switch that may carry a value: --NAME or --NAME=VALUE
  text,       ///< anything
  number,     ///< a whole number
  decimal,    ///< a number
  duration,   ///< base/text.hpp, parse_duration
  size,       ///< base/text.hpp, parse_size
  rate,       ///< base/text.hpp, parse_rate
  choice,     ///< one of `choices`
  url,        ///< a URL, in which a password may stand
  file,       ///< a path, completed as a file
  directory,  ///< a path, completed as a folder
  command,    ///< a command for the shell
  property,   ///< PACKET NAME VALUE, or PACKET user-property KEY VALUE
  check,      ///< the name of one of the tool's checks
  facts,      ///< a list that begins with one of the tool's facts
};

/// The heading under which help and manual list an option; a tool takes whole shared groups. The
/// order here is the order there.
enum class Group : std::uint8_t {
  // Groups that a tool fills itself.
  clients,
  message,
  subscription,
  input,
  output,
  flow,
  durability,
  measurement,
  broker,
  faults,
  limits,
  // Shared groups, whose tables are `shared_specs`.
  checks,
  connection,
  authentication,
  tls,
  websocket,
  session,
  reconnect,
  will,
  properties,
  publish_properties,
  subscribe_properties,
  reporting,
  general,
};

/// One option, declared once: argv, environment, configuration, help, manual and completions
/// follow. Environment: MQTT_TOOLBOX_NAME with - as _. Configuration: the name as the key.
struct Spec {
  std::string_view name;        ///< long name without dashes, lower case
  char letter = '\0';           ///< short name, or NUL
  std::string_view alias = {};  ///< a second long name (mosquitto's, when ours differs)
  Kind kind = Kind::flag;
  std::string_view value_name = {};  ///< "PATH"; empty exactly for flags and toggles
  Group group = Group::general;
  std::span<const std::string_view> choices = {};  ///< every value allowed; empty: anything
  std::string_view fallback = {};                  ///< the default in words; empty: none

  bool secret = false;      ///< never shown; overwritten in argv
  bool repeatable = false;  ///< each occurrence is assigned; otherwise the last one only
  bool v5 = false;          ///< MQTT 5.0 only: chooses that version
  /// Discarded when a higher layer names another broker (host, socket or URL).
  bool broker_bound = false;
  bool argv_only = false;         ///< neither environment nor configuration
  bool no_configuration = false;  ///< argv and environment only
  /// Options of one slot are alternatives: two in one layer are an error, and one in a higher layer
  /// discards the others below. Empty: none.
  std::string_view slot = {};
  /// The repeatable option to use in place of this one for several values. Not empty: this option
  /// twice in one command line or file of options is an error, as one of the values would get lost
  /// in silence.
  std::string_view several_by = {};
  /// The same where other options take several values: which ones, a clause.
  std::string_view several_mend = {};
  /// Not empty: known by name only, to be refused with this reason; left out of help and
  /// completions.
  std::string_view refusal = {};

  std::string_view help = {};    ///< one line, starts with a small letter, no full stop
  std::string_view manual = {};  ///< sentences that follow `help` in the man page; may be empty

  /// Called once for each occurrence of the layer that won, never for a flag that is off. Errors
  /// are ExitCode::usage, the text is about the value alone: the option's name is put in front.
  Status (*assign)(Settings& settings, Values values) = nullptr;

  constexpr bool takes_value() const {
    return kind != Kind::flag && kind != Kind::toggle && kind != Kind::mark;
  }
};

using Specs = std::span<const Spec>;

/// "Connection", "TLS", ...
MQTT_TOOLBOX_API std::string_view title(Group group);

/// The table of a shared group; empty for the groups that tools fill.
MQTT_TOOLBOX_API Specs shared_specs(Group group);

}  // namespace mqtt_toolbox::options
