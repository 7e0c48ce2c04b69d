#include <array>

#include "options/assign.hpp"
#include "options/settings.hpp"
#include "options/specs.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr auto group = Group::connection;

constexpr std::array<std::string_view, 7> versions{"auto",     "31", "mqttv31", "311",
                                                   "mqttv311", "5",  "mqttv5"};
constexpr std::array<std::string_view, 2> engines{"native", "paho"};

Status assign_version(Settings& settings, Values values) {
  using protocol::Version;
  constexpr std::array<std::optional<Version>, 7> meanings{
      std::nullopt,  Version::v31, Version::v31, Version::v311,
      Version::v311, Version::v5,  Version::v5};
  for (std::size_t i = 0; i < versions.size(); ++i)
    if (versions[i] == values[0]) settings.plan.version = meanings[i];
  return {};
}

Status assign_timeouts(Settings& settings, Values values) {
  auto timeout = parse_time_out(values[0]);
  if (!timeout) return tl::unexpected<Error>(std::move(timeout.error()));
  auto& stages = settings.plan.transport.timeouts;
  for (Duration* stage : {&stages.resolve, &stages.connect, &stages.proxy, &stages.tls,
                          &stages.websocket, &settings.plan.connack_timeout})
    *stage = *timeout;
  return {};
}

Status assign_proxy(Settings& settings, Values values) {
  auto proxy = parse_proxy_url(values[0]);
  if (!proxy) return tl::unexpected<Error>(std::move(proxy.error()));
  settings.plan.transport.proxy = std::move(*proxy);
  return {};
}

Status assign_port(Settings& settings, Values values) {
  auto port = parse_unsigned(values[0], 1, 65535);
  if (!port) return tl::unexpected<Error>(std::move(port.error()));
  settings.draft.port = static_cast<std::uint16_t>(*port);
  return {};
}

Status assign_host(Settings& settings, Values values) {
  if (values[0].empty()) return fail(ExitCode::usage, "a host name is not empty");
  // Nothing is quoted: there may be a password in it.
  if (values[0].find("://") != std::string_view::npos)
    return fail(ExitCode::usage, "this is a URL, not the name of a host; give it with -L");
  if (values[0].find('@') != std::string_view::npos)
    return fail(ExitCode::usage,
                "a host name has no @; give user, password and host as a URL with -L");
  settings.plan.transport.host = host_without_brackets(values[0]);
  return {};
}

Status assign_unix(Settings& settings, Values values) {
  if (values[0].empty()) return fail(ExitCode::usage, "a socket's path is not empty");
  settings.plan.transport.unix_path = values[0];
  return {};
}

Status assign_keep_alive(Settings& settings, Values values) {
  return detail::store(parse_unsigned(values[0], 0, 65535), settings.plan.session.keep_alive);
}

Status assign_largest_message(Settings& settings, Values values) {
  auto size = parse_size(values[0]);
  if (!size) return tl::unexpected<Error>(std::move(size.error()));
  if (*size == 0 || *size > protocol::maximum_packet_bytes)
    return fail(ExitCode::usage, "is not from 1 byte to 256MiB, which no MQTT message exceeds");
  settings.plan.session.largest_packet = static_cast<std::uint32_t>(*size);
  return {};
}

constexpr std::array<Spec, 12> specs{{
    {.name = "url",
     .letter = 'L',
     .kind = Kind::url,
     .value_name = "URL",
     .group = group,
     .broker_bound = true,
     .help = "broker, user, password and topic in one URL",
     .manual =
         "SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], where SCHEME is mqtt (port 1883) or "
         "mqtts (port 8883); ws (port 80) and wss (port 443), whose path is the WebSocket "
         "path; or unix, whose path is the socket. The last three take the topic as "
         "?topic=TOPIC. Characters that a URL reserves are written as %XX: in a password / is %2F, "
         "? %3F, # %23 and @ %40. An IPv6 address stands in brackets. Single options win over the "
         "URL's parts. A password in a URL is "
         "seen by other users until the tool has overwritten it, so that --password-file is "
         "the better place.",
     .assign = [](Settings&, Values) -> Status { return {}; }},
    {.name = "host",
     .letter = 'h',
     .kind = Kind::text,
     .value_name = "HOST",
     .group = group,
     .fallback = "localhost",
     .broker_bound = true,
     .slot = "address",
     .help = "name or address of the broker",
     .manual =
         "Naming a broker discards the port, scheme, user, password, client certificate and key "
         "that a lower layer (environment, configuration) gave for another one.",
     .assign = assign_host},
    {.name = "port",
     .letter = 'p',
     .kind = Kind::number,
     .value_name = "PORT",
     .group = group,
     .fallback = "1883; with TLS 8883, WebSocket 80, both 443",
     .broker_bound = true,
     .help = "port of the broker",
     .manual = "Port 8883 implies --tls, also under mqtt://; ws:// with it is an error.",
     .assign = assign_port},
    {.name = "unix",
     .kind = Kind::file,
     .value_name = "PATH",
     .group = group,
     .broker_bound = true,
     .slot = "address",
     .help = "connect to this Unix socket instead of a host",
     .assign = assign_unix},
    {.name = "bind-address",
     .letter = 'A',
     .kind = Kind::text,
     .value_name = "ADDRESS",
     .group = group,
     .help = "local address or interface to connect from",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.plan.transport.bind_address = values[0];
       return {};
     }},
    {.name = "protocol-version",
     .letter = 'V',
     .kind = Kind::choice,
     .value_name = "VERSION",
     .group = group,
     .choices = versions,
     .fallback = "auto",
     .help = "MQTT version",
     .manual = "31, 311 and 5 stand for MQTT 3.1, 3.1.1 and 5.0. auto tries 5.0 and falls back to "
               "3.1.1 when the broker refuses it. An option that only 5.0 has chooses 5.0.",
     .assign = assign_version},
    {.name = "keepalive",
     .letter = 'k',
     .alias = "keep-alive",
     .kind = Kind::number,
     .value_name = "SECONDS",
     .group = group,
     .fallback = "60",
     .help = "seconds of silence after which the client pings; 0 is never",
     .assign = assign_keep_alive},
    {.name = "connect-timeout",
     .kind = Kind::duration,
     .value_name = "DURATION",
     .group = group,
     .fallback = "10s",
     .help = "time for each stage of connecting",
     .manual = "The stages are the name, each address, the proxy, TLS, WebSocket and CONNACK; the "
               "error names the stage that took too long.",
     .assign = assign_timeouts},
    {.name = "max-message-size",
     .kind = Kind::size,
     .value_name = "SIZE",
     .group = group,
     .fallback = "256MiB",
     .help = "largest message to take from the broker",
     .manual =
         "It is the size of the whole packet, with the topic and the properties. A larger one ends "
         "the connection at its first bytes, and it is not made again, since the message would "
         "come again. Under MQTT 5.0 a size that is given is announced as the Maximum Packet Size, "
         "unless --maximum-packet-size announces another; then the smaller one is what is taken.",
     .assign = assign_largest_message},
    {.name = "proxy",
     .kind = Kind::url,
     .value_name = "URL",
     .group = group,
     .help = "connect through this SOCKS5 or HTTP proxy",
     .manual =
         "socks5h://[USER[:PASSWORD]@]HOST[:PORT] (port 1080) or "
         "http://[USER[:PASSWORD]@]HOST[:PORT] (port 8080, by CONNECT). The proxy resolves the "
         "broker's name.",
     .assign = assign_proxy},
    {.name = "nodelay",
     .kind = Kind::toggle,
     .group = group,
     .fallback = "on",
     .help = "send small packets at once (TCP_NODELAY)",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.plan.transport.no_delay = values[0] == "true";
       return {};
     }},
    {.name = "engine",
     .kind = Kind::choice,
     .value_name = "ENGINE",
     .group = group,
     .choices = engines,
     .fallback = "native",
     .help = "implementation of MQTT to use",
     .manual = "paho is Paho MQTT C++, which many products speak MQTT with: for the question "
               "whether something also happens there. What it cannot do is refused by name, see "
               "mqtt-toolbox(7).",
     .assign = [](Settings& settings, Values values) -> Status {
       settings.plan.engine = values[0] == "paho" ? client::Engine::paho : client::Engine::native;
       return {};
     }},
}};

}  // namespace

Specs connection_specs() {
  return specs;
}

}  // namespace mqtt_toolbox::options
