#include <array>

#include "options/assign.hpp"
#include "options/settings.hpp"
#include "options/specs.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::array<std::string_view, 2> trace_forms{"text", "json"};

Status nothing(Settings&, Values) {
  return {};
}

Status assign_trace(Settings& settings, Values values) {
  const bool as_json = !values.empty() && values[0] == "json";
  settings.trace = as_json ? Trace::json : Trace::text;
  settings.plan.session.observe_packets = true;
  return {};
}

constexpr std::array<Spec, 4> reporting_table{{
    {.name = "json",
     .group = Group::reporting,
     .help = "print results as JSON, one object a line",
     .assign = assign_on<&Settings::json>},
    {.name = "debug",
     .letter = 'd',
     .group = Group::reporting,
     .help = "say on stderr what happens",
     .assign = assign_on<&Settings::debug>},
    {.name = "quiet",
     .group = Group::reporting,
     .help = "print no warnings and no errors",
     .assign = assign_on<&Settings::quiet>},
    {.name = "trace",
     .kind = Kind::mark,
     .value_name = "FORM",
     .group = Group::reporting,
     .choices = trace_forms,
     .fallback = "text",
     .help = "print each control packet in both directions on stderr",
     .manual = "With its time and fields, as text or as JSON; secrets are masked.",
     .assign = assign_trace},
}};

constexpr std::array<Spec, 7> general_table{{
    {.name = "options-file",
     .letter = 'o',
     .kind = Kind::file,
     .value_name = "FILE",
     .group = Group::general,
     .repeatable = true,
     .argv_only = true,
     .help = "file of options, one a line, read before the other arguments",
     .manual =
         "As in mosquitto: each line is an option as on the command line, a blank, and the rest "
         "of the line as its value; lines that start with # are skipped.",
     .assign = nothing},
    {.name = "config",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = Group::general,
     .fallback = "$XDG_CONFIG_HOME/mqtt-toolbox/config.toml",
     .no_configuration = true,
     .slot = "configuration",
     .help = "configuration file",
     .assign = nothing},
    {.name = "no-config",
     .group = Group::general,
     .no_configuration = true,
     .slot = "configuration",
     .help = "read no configuration file",
     .assign = nothing},
    {.name = "profile",
     .kind = Kind::text,
     .value_name = "NAME",
     .group = Group::general,
     .no_configuration = true,
     .help = "use [profile.NAME] of the configuration file",
     .assign = nothing},
    {.name = "show-settings",
     .group = Group::general,
     .argv_only = true,
     .help = "print every setting with its origin, and exit",
     .assign = nothing},
    {.name = "help",
     .group = Group::general,
     .argv_only = true,
     .help = "print this text, and exit",
     .assign = nothing},
    {.name = "version",
     .group = Group::general,
     .argv_only = true,
     .help = "print the version, and exit",
     .assign = nothing},
}};

}  // namespace

Specs reporting_specs() {
  return reporting_table;
}
Specs general_specs() {
  return general_table;
}

}  // namespace mqtt_toolbox::options
