#include "client/paho_refusals.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "client/paho_link.hpp"

namespace mqtt_toolbox::client {

using protocol::PropertyId;
using transport::ProxySettings;
using transport::TlsVersion;

namespace {

bool in_connect(const ConnectPlan& plan, PropertyId id) {
  return plan.session.connect_properties.view().find(id).has_value();
}

bool is_empty(const std::optional<std::string>& text) {
  return text && text->empty();
}

/// Paho keeps the headers by name.
bool has_header_twice(const ConnectPlan& plan) {
  if (!plan.transport.websocket) return false;
  std::vector<std::string_view> names;
  for (const auto& header : plan.transport.websocket->headers) names.push_back(header.first);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

constexpr std::array<PahoRefusal, 18> table{{
    {"a Unix socket", "--unix", PahoRefusal::never, 0, "It connects over TCP only.",
     [](const ConnectPlan& plan) { return !plan.transport.unix_path.empty(); }},
    {"a local address", "--bind-address", PahoRefusal::never, 0, "The system chooses it.",
     [](const ConnectPlan& plan) { return !plan.transport.bind_address.empty(); }},
    {"a SOCKS proxy", "--proxy socks5h://", PahoRefusal::never, 0, "It knows HTTP proxies.",
     [](const ConnectPlan& plan) {
       return plan.transport.proxy && plan.transport.proxy->kind == ProxySettings::Kind::socks5h;
     }},
    {"a proxy without WebSocket", "--proxy", paho_release(1, 2, 0), paho_release(1, 3, 11),
     "Before, it passes the proxy by.",
     [](const ConnectPlan& plan) {
       return plan.transport.proxy &&
              plan.transport.proxy->kind == ProxySettings::Kind::http_connect &&
              !plan.transport.websocket;
     }},
    {"a lowest TLS version of 1.3", "--tls-version", PahoRefusal::never, 0,
     "What OpenSSL allows is allowed.",
     [](const ConnectPlan& plan) {
       return plan.transport.tls && (plan.transport.tls->minimum_version == TlsVersion::tls_1_3 ||
                                     plan.transport.tls->maximum_version != TlsVersion::any);
     }},
    {"ciphers of TLS 1.3", "--ciphers with names that start with TLS_", PahoRefusal::never, 0,
     "It hands over those of TLS 1.2 only.",
     [](const ConnectPlan& plan) {
       return plan.transport.tls && !plan.transport.tls->ciphersuites.empty();
     }},
    {"another name for the broker's certificate", "--server-name", PahoRefusal::never, 0,
     "It asks for and verifies the host's.",
     [](const ConnectPlan& plan) {
       return plan.transport.tls && !plan.transport.tls->server_name.empty();
     }},
    {"the system's certificate authorities beside others",
     "--tls-use-os-certs with --cafile or --capath", PahoRefusal::never, 0,
     "It trusts one or the other.",
     [](const ConnectPlan& plan) {
       const auto& tls = plan.transport.tls;
       return tls && tls->use_system_store && !(tls->ca_file.empty() && tls->ca_path.empty());
     }},
    {"a pre-shared key", "--psk", PahoRefusal::never, 0,
     "Paho C++ 1.2.0 looks for the key in an object that is gone.",
     [](const ConnectPlan& plan) {
       return plan.transport.tls && !plan.transport.tls->psk.empty();
     }},
    {"a log of the TLS keys", "--tls-keylog", PahoRefusal::never, 0, "It has none.",
     [](const ConnectPlan& plan) {
       return plan.transport.tls && !plan.transport.tls->key_log_file.empty();
     }},
    {"another WebSocket subprotocol", "--ws-subprotocol", PahoRefusal::never, 0,
     "It always asks for mqtt.",
     [](const ConnectPlan& plan) {
       return plan.transport.websocket && plan.transport.websocket->subprotocol != "mqtt";
     }},
    {"two WebSocket headers of one name", "--ws-header", PahoRefusal::never, 0,
     "It keeps one of each.", has_header_twice},
    {"topic aliases", "--topic-aliases, -D connect topic-alias-maximum", PahoRefusal::never, 0,
     "It neither assigns aliases nor finds the topics of those it receives.",
     [](const ConnectPlan& plan) {
       return plan.session.use_topic_aliases || in_connect(plan, PropertyId::topic_alias_maximum);
     }},
    {"enhanced authentication", "-D connect authentication-method", PahoRefusal::never, 0,
     "It has no AUTH packet.",
     [](const ConnectPlan& plan) { return in_connect(plan, PropertyId::authentication_method); }},
    {"properties of DISCONNECT", "-D disconnect", paho_disconnect_tells_why, 0,
     "Before, it drops them, and the reason code, without a word.",
     [](const ConnectPlan& plan) { return !plan.disconnect_properties.empty(); }},
    {"an empty user name or password", "--username, --password", PahoRefusal::never, 0,
     "It takes it for none.",
     [](const ConnectPlan& plan) { return is_empty(plan.username) || is_empty(plan.password); }},
    {"a trace of the packets", "--trace", PahoRefusal::never, 0, "It does not show them.",
     [](const ConnectPlan& plan) { return plan.session.observe_packets; }},
    {"a time-out of its own for PINGRESP", "", PahoRefusal::never, 0,
     "It waits for the keep-alive.",
     [](const ConnectPlan& plan) { return plan.session.ping_response_timeout.has_value(); }},
}};

constexpr std::array<PahoDifference, 18> differences{{
    {"Acknowledgements",
     "Paho acknowledges a message when it arrives, not when mqtt-sub has written it. What was not "
     "written when mqtt-sub ends is not delivered again."},
    {"A reader that stands still",
     "Paho does not ping while standard output is blocked, so that after the keep-alive time the "
     "broker may close the connection. It is then made again; messages of QoS 0 are lost."},
    {"Memory",
     "Paho takes a packet of any size in before --max-message-size can end the run, and keeps all "
     "answers for a broker that sends and does not read."},
    {"SUBSCRIBE and UNSUBSCRIBE",
     "Each filter goes in a packet of its own: of several in one, Paho C++ does not tell the codes "
     "when the first is a refusal."},
    {"Reason strings and properties of answers",
     "Those of PUBACK, PUBREC, a refused CONNECT and a refused filter are not told."},
    {"Failures",
     "Paho does not tell why a connection could not be made. A TLS failure ends with the status of "
     "a broker that cannot be reached."},
    {"Streams of QoS 1 and 2 under MQTT 5.0",
     "With Paho C++ before 1.3 their session is ended by a second connection, as under 3.1.1, "
     "since DISCONNECT cannot say it."},
    {"http_proxy and https_proxy in the environment",
     "Paho goes through the proxy that they name when there is no --proxy, over TCP too."},
    {"The end of a subscriber",
     "Paho closes with bytes unread, which resets the connection: a broker that is still sending "
     "may miss the "
     "DISCONNECT, and publish the will."},
    {"QoS 2 over a lost connection",
     "When the write of a message fails, Paho C loses its part of the session. The session is then "
     "begun anew, "
     "and what was in flight is reported as possibly delivered twice."},
    {"Connections that end one like the other",
     "Paho does not tell what a connection ended at: it is made again as often as "
     "--reconnect-attempts says."},
    {"Keep-alive",
     "Paho looks only every few seconds whether it is to ping. With a keep-alive time of a few "
     "seconds the broker may close the connection."},
    {"What the broker does against the protocol",
     "Paho passes on messages with a wildcard in their topic and messages larger than the Maximum "
     "Packet Size, and takes PUBACK for the end of QoS 2."},
    {"Several WebSocket connections in one process", "Paho C mixes up what arrives on them."},
    {"--connect-timeout",
     "It bounds all stages together, and on a reconnect by three seconds more."},
    {"--inflight", "The default under MQTT 5.0 is at most 100, since Paho is slower with more."},
    {"--nodelay", "Paho leaves TCP_NODELAY off."},
    {"Names with several addresses", "Paho tries one of them, of IPv4 where there is one."},
}};

}  // namespace

std::span<const PahoRefusal> paho_refusals() {
  return table;
}

std::span<const PahoDifference> paho_differences() {
  return differences;
}

std::string paho_release_text(std::uint32_t release) {
  return fmt::format("{}.{}.{}", release >> 24, release >> 16 & 0xFF, release >> 8 & 0xFF);
}

std::string PahoRefusal::possible_with() const {
  if (since == never) return {};
  const std::string cpp = "Paho C++ " + paho_release_text(since);
  return since_c == 0 ? cpp : cpp + " with Paho C " + paho_release_text(since_c);
}

std::string describe(const PahoRefusal& refusal, PahoVersion version) {
  const std::string options =
      refusal.options.empty() ? std::string() : fmt::format(" ({})", refusal.options);
  const std::string later = refusal.possible_with();
  return fmt::format(
      "the paho engine (Paho C++ {}, Paho C {}) cannot do {}{}: use --engine native{}",
      paho_release_text(version.cpp), paho_release_text(version.c), refusal.feature, options,
      later.empty() ? later : " or " + later);
}

Status check_paho(const ConnectPlan& plan, PahoVersion version) {
  for (const PahoRefusal& refusal : table) {
    if (!refusal.possible(version) && refusal.used(plan))
      return fail(ExitCode::usage, describe(refusal, version));
  }
  return {};
}

}  // namespace mqtt_toolbox::client
