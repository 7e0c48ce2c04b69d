#include <array>

#include "options/settings.hpp"
#include "options/specs.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr auto group = Group::authentication;

template <SecretSource::Kind kind>
Status assign_password(Settings& settings, Values values) {
  settings.draft.password = {kind, values.empty() ? std::string() : std::string(values[0])};
  return {};
}

constexpr std::array<Spec, 8> specs{{
    {.name = "id",
     .letter = 'i',
     .alias = "client-id",
     .kind = Kind::text,
     .value_name = "ID",
     .group = group,
     .fallback = "chosen by the broker",
     .slot = "client identifier",
     .help = "client identifier",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.plan.client_identifier = values[0];
       return {};
     }},
    {.name = "id-prefix",
     .letter = 'I',
     .kind = Kind::text,
     .value_name = "PREFIX",
     .group = group,
     .slot = "client identifier",
     .help = "client identifier made of this prefix and the process id",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.draft.client_identifier_prefix = values[0];
       return {};
     }},
    {.name = "username",
     .letter = 'u',
     .kind = Kind::text,
     .value_name = "USER",
     .group = group,
     .broker_bound = true,
     .help = "user name",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.plan.username = std::string(values[0]);
       return {};
     }},
    {.name = "password",
     .letter = 'P',
     .alias = "pw",
     .kind = Kind::text,
     .value_name = "PASSWORD",
     .group = group,
     .secret = true,
     .broker_bound = true,
     .slot = "password",
     .help = "password; better kept in a file",
     .manual =
         "Other users see the arguments of a process in the first instant of its life, before "
         "the tool has overwritten this one; --password-file has no such window.",
     .assign = assign_password<SecretSource::Kind::value>},
    {.name = "password-file",
     .kind = Kind::file,
     .value_name = "FILE",
     .group = group,
     .broker_bound = true,
     .slot = "password",
     .help = "file whose first line is the password",
     .assign = assign_password<SecretSource::Kind::file>},
    {.name = "password-command",
     .kind = Kind::command,
     .value_name = "COMMAND",
     .group = group,
     .broker_bound = true,
     .slot = "password",
     .help = "shell command whose first line of output is the password",
     .manual =
         "It reads /dev/null and has 30 seconds and 64 KiB; what it leaves running with its output "
         "open is waited for. mqtt-pub and mqtt-sub run it before each connect, beside everything "
         "else, so that it may print a token with a short life; when they end, it ends with all "
         "that it has started, but on a terminal only its shell. mqtt-bench (without --engine "
         "paho), mqtt-probe, mqtt-qos-test, mqtt-share-test and mqtt-will-test run it again, once "
         "for all connections and at most once in 30 seconds, when the broker has taken the "
         "password before and refuses a later connection with the reason code 0x86 or 0x87 (4 or "
         "5 before 5.0); that connection is tried again if the command prints another password. A "
         "command that fails then counts as a failed attempt. All other passwords, also that of "
         "--key-password-command and what is typed, are asked for once.",
     .assign = assign_password<SecretSource::Kind::command>},
    {.name = "password-env",
     .kind = Kind::text,
     .value_name = "VARIABLE",
     .group = group,
     .broker_bound = true,
     .slot = "password",
     .help = "environment variable that holds the password",
     .assign = assign_password<SecretSource::Kind::environment>},
    {.name = "password-prompt",
     .group = group,
     .broker_bound = true,
     .slot = "password",
     .help = "ask for the password on the terminal",
     .assign = assign_password<SecretSource::Kind::prompt>},
}};

}  // namespace

Specs authentication_specs() {
  return specs;
}

}  // namespace mqtt_toolbox::options
