#include "sandbox/tool_settings.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "base/text.hpp"
#include "options/assign.hpp"
#include "options/lookup.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

Settings& sandbox_of(options::Settings& settings) {
  return static_cast<ToolSettings&>(settings).broker;
}

template <bool Settings::*member>
Status switch_on(options::Settings& settings, Values) {
  sandbox_of(settings).*member = true;
  return {};
}

template <auto member>
Status take_text(options::Settings& settings, Values values) {
  sandbox_of(settings).*member = std::string(values[0]);
  return {};
}

template <std::vector<std::string> Settings::*member>
Status take_line(options::Settings& settings, Values values) {
  (sandbox_of(settings).*member).emplace_back(values[0]);
  return {};
}

template <auto member, std::uint64_t low, std::uint64_t high>
Status take_limit(options::Settings& settings, Values values) {
  return options::detail::store(parse_unsigned(values[0], low, high),
                                sandbox_of(settings).limits.*member);
}

Status take_packet_size(options::Settings& settings, Values values) {
  constexpr std::uint64_t largest = 268'435'460;
  const auto size = parse_size(values[0]);
  if (!size) return tl::unexpected(size.error());
  if (*size > largest) return fail(ExitCode::usage, "at most 268435460 bytes");
  sandbox_of(settings).limits.maximum_packet_size = static_cast<std::uint32_t>(*size);
  return {};
}

Status refuse_retain(options::Settings& settings, Values) {
  sandbox_of(settings).limits.retain_available = false;
  return {};
}

Status nothing(options::Settings&, Values) {
  return {};
}

Status take_user(options::Settings& settings, Values values) {
  const std::size_t colon = values[0].find(':');
  if (colon == std::string_view::npos)
    return fail(ExitCode::usage, "a user is given as NAME:PASSWORD");
  sandbox_of(settings).further_users.push_back(
      {std::string(values[0].substr(0, colon)), std::string(values[0].substr(colon + 1))});
  return {};
}

constexpr std::array<std::string_view, doors.size()> door_names = [] {
  std::array<std::string_view, doors.size()> names;
  for (std::size_t i = 0; i < doors.size(); ++i) names[i] = doors[i].name;
  return names;
}();

Status take_door(options::Settings& settings, Values values) {
  for (const DoorRow& row : doors) {
    if (row.name == values[0]) static_cast<ToolSettings&>(settings).door = row.door;
  }
  return {};
}

constexpr std::array<std::string_view, 3> certificate_names{"valid", "expired", "wrong-name"};

Status take_certificate(options::Settings& settings, Values values) {
  for (std::size_t i = 0; i < certificate_names.size(); ++i) {
    if (certificate_names[i] == values[0]) {
      sandbox_of(settings).certificate = static_cast<ServerCertificate>(i);
    }
  }
  return {};
}

// Nothing here is taken from the environment: it may be that of a command inside another sandbox.
constexpr std::array broker_specs{
    Spec{.name = "transport",
         .kind = Kind::choice,
         .value_name = "LISTENER",
         .group = Group::broker,
         .choices = door_names,
         .fallback = "tcp",
         .argv_only = true,
         .help = "listener that MQTT_URL names: tcp, tls, ws, wss or unix",
         .manual = "All five are there in any case.",
         .assign = take_door},
    Spec{.name = "username",
         .letter = 'u',
         .kind = Kind::text,
         .value_name = "USER",
         .group = Group::broker,
         .argv_only = true,
         .help = "let in this user only, and those of --user",
         .assign = take_text<&Settings::username>},
    Spec{.name = "password",
         .letter = 'P',
         .alias = "pw",
         .kind = Kind::text,
         .value_name = "PASSWORD",
         .group = Group::broker,
         .secret = true,
         .argv_only = true,
         .help = "password of the user",
         .assign = take_text<&Settings::password>},
    Spec{.name = "user",
         .kind = Kind::text,
         .value_name = "NAME:PASSWORD",
         .group = Group::broker,
         .secret = true,
         .repeatable = true,
         .argv_only = true,
         .help = "let in this user too; may be given several times",
         .manual = "The user of MQTT_URL is that of -u, else the first of these.",
         .assign = take_user},
    Spec{.name = "acl-line",
         .kind = Kind::text,
         .value_name = "LINE",
         .group = Group::broker,
         .repeatable = true,
         .argv_only = true,
         .help = "line for Mosquitto's access control list; may be given several times",
         .manual = "The lines are in the order given, such as \"user ann\", \"topic read home/#\". "
                   "What no line allows is forbidden.",
         .assign = take_line<&Settings::acl_lines>},
    Spec{.name = "client-identifiers",
         .group = Group::broker,
         .argv_only = true,
         .help = "let in clients with an identifier of their own only",
         .assign = switch_on<&Settings::require_client_identifier>},
    Spec{.name = "realistic",
         .group = Group::broker,
         .argv_only = true,
         .help = "Mosquitto's own defaults, as a broker in the field has them",
         .manual = "A queue of 1,000 messages for each client, beyond which messages are dropped, "
                   "and no TCP_NODELAY. Without it nothing is dropped, and no packet waits for "
                   "another.",
         .assign = switch_on<&Settings::realistic>},
    Spec{.name = "client-certificates",
         .group = Group::broker,
         .argv_only = true,
         .help = "let in TLS clients with a certificate only",
         .manual = "The folder holds client.crt and client.key for them.",
         .assign = switch_on<&Settings::require_client_certificate>},
    Spec{.name = "certificate",
         .kind = Kind::choice,
         .value_name = "WHICH",
         .group = Group::broker,
         .choices = certificate_names,
         .fallback = "valid",
         .argv_only = true,
         .help = "certificate that the broker shows: valid, expired or wrong-name",
         .assign = take_certificate},
    Spec{.name = "persistence",
         .group = Group::broker,
         .argv_only = true,
         .help = "keep sessions and retained messages over an orderly end of the broker",
         .assign = switch_on<&Settings::persistence>},
    Spec{.name = "restart",
         .group = Group::broker,
         .argv_only = true,
         .help = "start the broker again, with the same addresses, when it is ended or killed",
         .manual = "Its process identifier is in the file broker.pid of the folder.",
         .assign = switch_on<&Settings::restart>},
    Spec{.name = "debug-log",
         .group = Group::broker,
         .argv_only = true,
         .help = "have the broker log every packet",
         .assign = switch_on<&Settings::debug_log>},
    Spec{.name = "broker",
         .kind = Kind::file,
         .value_name = "FILE",
         .group = Group::broker,
         .fallback = "mosquitto in PATH or /usr/sbin",
         .argv_only = true,
         .help = "Mosquitto's program",
         .assign = take_text<&Settings::broker>},
    Spec{.name = "config-line",
         .kind = Kind::text,
         .value_name = "LINE",
         .group = Group::broker,
         .repeatable = true,
         .argv_only = true,
         .help = "line for mosquitto.conf, before the listeners",
         .assign = take_line<&Settings::config_lines>},
    Spec{.name = "listener-line",
         .kind = Kind::text,
         .value_name = "LINE",
         .group = Group::broker,
         .repeatable = true,
         .argv_only = true,
         .help = "line for mosquitto.conf, in each listener",
         .assign = take_line<&Settings::listener_lines>},
};

constexpr std::string_view not_in_mosquitto = "Mosquitto 2.0 cannot be without it";

constexpr std::uint64_t largest_16 = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t largest_queue = 1'000'000'000;

constexpr std::array limit_specs{
    Spec{.name = "max-qos",
         .kind = Kind::number,
         .value_name = "QOS",
         .group = Group::limits,
         .argv_only = true,
         .help = "maximum QoS",
         .assign = take_limit<&Limits::maximum_qos, 0, 2>},
    Spec{.name = "no-retain",
         .group = Group::limits,
         .argv_only = true,
         .help = "refuse retained messages",
         .assign = refuse_retain},
    Spec{.name = "receive-maximum",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::limits,
         .fallback = "20",
         .argv_only = true,
         .help = "QoS 1 and 2 messages that may be unacknowledged at once",
         .assign = take_limit<&Limits::receive_maximum, 1, largest_16>},
    Spec{.name = "max-packet-size",
         .kind = Kind::size,
         .value_name = "SIZE",
         .group = Group::limits,
         .argv_only = true,
         .help = "maximum packet size, from 20 bytes",
         .assign = take_packet_size},
    Spec{.name = "topic-alias-max",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::limits,
         .fallback = "10",
         .argv_only = true,
         .help = "topic alias maximum",
         .assign = take_limit<&Limits::topic_alias_maximum, 0, largest_16>},
    Spec{.name = "max-keepalive",
         .kind = Kind::number,
         .value_name = "SECONDS",
         .group = Group::limits,
         .argv_only = true,
         .help = "maximum keep-alive, from 10 seconds",
         .assign = take_limit<&Limits::maximum_keep_alive, 0, largest_16>},
    Spec{.name = "max-connections",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::limits,
         .argv_only = true,
         .help = "connections at once, on each listener",
         .assign = take_limit<&Limits::maximum_connections, 1, largest_16>},
    Spec{.name = "max-queued-messages",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::limits,
         .fallback = "without bound; 1000 with --realistic",
         .argv_only = true,
         .help = "messages that wait for a client at most; what comes after is dropped",
         .assign = take_limit<&Limits::maximum_queued_messages, 1, largest_queue>},
    Spec{.name = "no-wildcard-subscriptions",
         .group = Group::limits,
         .argv_only = true,
         .refusal = not_in_mosquitto,
         .assign = nothing},
    Spec{.name = "no-shared-subscriptions",
         .group = Group::limits,
         .argv_only = true,
         .refusal = not_in_mosquitto,
         .assign = nothing},
    Spec{.name = "no-subscription-identifiers",
         .group = Group::limits,
         .argv_only = true,
         .refusal = not_in_mosquitto,
         .assign = nothing},
};

constexpr auto specs = [] {
  std::array<Spec, broker_specs.size() + limit_specs.size()> all{};
  std::size_t next = 0;
  for (const Spec& spec : broker_specs) all[next++] = spec;
  for (const Spec& spec : limit_specs) all[next++] = spec;
  return all;
}();

constexpr std::array groups{Group::general};

constexpr std::array examples{
    options::Example{"run a test suite against a broker of its own", "mqtt-sandbox -- make test"},
    options::Example{"the same over secure WebSocket, with a password",
                     "mqtt-sandbox --transport wss -u ann -P secret -- make test"},
    options::Example{"a broker that takes no more than QoS 1 and 1000 bytes",
                     "mqtt-sandbox --max-qos 1 --max-packet-size 1000 -- ./client-under-test"},
    options::Example{"two users with different rights",
                     "mqtt-sandbox -u ann -P a --user bob:b --acl-line 'user ann' "
                     "--acl-line 'topic readwrite #' --acl-line 'user bob' "
                     "--acl-line 'topic read home/#' -- ./suite"},
    options::Example{"a broker to play with, its addresses as JSON", "mqtt-sandbox | jq"},
};

Status check_tool(options::Settings& settings) {
  return check(sandbox_of(settings));
}

}  // namespace

std::vector<std::string> variables_of_a_broker() {
  std::vector<std::string> variables;
  for (const Group group : {Group::connection, Group::authentication, Group::tls, Group::websocket,
                            Group::properties}) {
    for (const Spec& spec : options::shared_specs(group)) {
      if (spec.broker_bound) variables.push_back(options::environment_name(spec.name));
    }
  }
  return variables;
}

const options::Tool tool{
    .name = "mqtt-sandbox",
    .summary = "run a command against a private, throw-away Mosquitto broker",
    .synopsis = "[OPTIONS] [--] [COMMAND [ARGUMENT...]]",
    .description =
        "Starts a Mosquitto broker on free ports of 127.0.0.1, with a TCP, a TLS, a WebSocket "
        "and a secure WebSocket listener and a Unix socket, with throw-away certificates, in a "
        "folder of "
        "its own in TMPDIR. Runs the command once the broker answers on all of them, and returns "
        "its exit "
        "status: 128 plus the number of the signal that killed it, 127 when there is no such "
        "command, 126 when it cannot be run. Afterwards the broker and the folder are gone, also "
        "when the command or mqtt-sandbox was killed.\n\n"
        "The command finds the broker through MQTT_URL, MQTT_TOOLBOX_CAFILE and, with -u, "
        "MQTT_TOOLBOX_USERNAME and MQTT_TOOLBOX_PASSWORD. More is in MQTT_SANDBOX_HOST, "
        "MQTT_SANDBOX_TCP_PORT, MQTT_SANDBOX_TCP_URL and so on for TLS, WS and WSS, "
        "MQTT_SANDBOX_UNIX, MQTT_SANDBOX_UNIX_URL, MQTT_SANDBOX_DIR (the folder with the "
        "certificates), MQTT_SANDBOX_CAFILE, MQTT_SANDBOX_LOG (what the broker says) and "
        "MQTT_SANDBOX_PID (the broker). Variables that speak of another broker, such as "
        "MQTT_TOOLBOX_HOST, are not passed on. SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and "
        "SIGUSR2 are; when mqtt-sandbox itself is killed, the command gets SIGTERM.\n\n"
        "Without a command it prints the same as one JSON line and stays until SIGINT or SIGTERM.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .positionals = "COMMAND",
    .check = check_tool,
};

}  // namespace mqtt_toolbox::sandbox
