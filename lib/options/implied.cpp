#include "options/implied.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace mqtt_toolbox::options {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::uint16_t tls_port = 8883;

constexpr std::array<std::string_view, 3> websocket_options{"ws-path", "ws-header",
                                                            "ws-subprotocol"};

/// What names somebody to trust, or who one is: mosquitto turns TLS on for these, whatever the URL
/// says.
constexpr std::array<std::string_view, 5> trust_options{"cafile", "capath", "cert", "psk",
                                                        "tls-use-os-certs"};

/// What is of no use without TLS, so that whoever gives one believes the connection to be
/// encrypted.
constexpr std::array<std::string_view, 11> tls_only_options{"tls-alpn",
                                                            "insecure",
                                                            "server-name",
                                                            "tls-version",
                                                            "ciphers",
                                                            "tls-keylog",
                                                            "key-password",
                                                            "key-password-file",
                                                            "key-password-command",
                                                            "key-password-env",
                                                            "key-password-prompt"};

Layer broker_layer(const Settings& settings) {
  return std::max(layer_of(settings, "host"), layer_of(settings, "unix"));
}

bool is_single(const Given* given) {
  return given != nullptr && !given->origin.from_url;
}

Layer highest_layer(const Settings& settings, Names names) {
  Layer highest = Layer::fallback;
  for (std::string_view name : names) {
    const Given* given = settings.find(name);
    if (is_single(given)) highest = std::max(highest, given->origin.layer);
  }
  return highest;
}

/// A switch that other options imply. Said singly, it decides, unless a higher layer implies it;
/// then come the implications of argv, as in mosquitto; then the URL's scheme; then the
/// implications of the layer that named the broker, or a higher one: a certificate authority in the
/// environment does not turn another broker's TLS on.
bool decide(const Settings& settings, std::string_view name, std::optional<bool> said,
            Names implying) {
  const Given* given = settings.find(name);
  const Layer implied = highest_layer(settings, implying);
  const bool is_for_broker = implied != Layer::fallback && implied >= broker_layer(settings);
  if (is_single(given)) return *said || (is_for_broker && implied > given->origin.layer);
  if (implied == Layer::flag) return true;
  return given != nullptr ? *said : is_for_broker;
}

/// Port 8883 is TLS also under mqtt://, as in mosquitto, unless --no-tls stands beside or above it.
bool port_implies_tls(const Settings& settings) {
  if (settings.draft.port != tls_port) return false;
  const Given* toggle = settings.find("tls");
  return !is_single(toggle) || toggle->origin.layer < layer_of(settings, "port");
}

bool has_websocket_scheme(const Settings& settings) {
  const Given* given = settings.find("ws");
  return given != nullptr && given->origin.from_url && *settings.draft.use_websocket;
}

tl::unexpected<Error> websocket_on_tls_port() {
  return fail(ExitCode::usage,
              "port 8883 is for TLS, and ws:// is without it; write wss://, or give --no-tls when "
              "the broker has no TLS there");
}

tl::unexpected<Error> contradiction(const Settings& settings, const Given& option,
                                    const Given& toggle) {
  const std::string needs = option.origin.where + " is of use with TLS only, ";
  if (!toggle.origin.from_url)
    return fail(ExitCode::usage, needs + "and TLS is turned off; leave out --no-tls or the option");
  const bool websocket = has_websocket_scheme(settings);
  const std::string plain = websocket ? "ws" : "mqtt";
  return fail(ExitCode::usage, needs + "and " + plain + ":// is without; write " + plain +
                                   "s://, or leave out the option");
}

/// An option below the layer that names the broker is meant for another one, and a --no-tls above
/// the option has the last word.
Result<bool> tls_only_options_imply(const Settings& settings) {
  const Given* toggle = settings.find("tls");
  for (std::string_view name : tls_only_options) {
    const Given* option = settings.find(name);
    if (option == nullptr || option->origin.layer < broker_layer(settings)) continue;
    if (toggle == nullptr) return true;
    if (toggle->origin.layer <= option->origin.layer)
      return contradiction(settings, *option, *toggle);
  }
  return false;
}

}  // namespace

Layer layer_of(const Settings& settings, std::string_view name) {
  const Given* given = settings.find(name);
  return given == nullptr ? Layer::fallback : given->origin.layer;
}

bool uses_websocket(const Settings& settings) {
  return decide(settings, "ws", settings.draft.use_websocket, websocket_options);
}

Result<bool> uses_tls(const Settings& settings) {
  if (decide(settings, "tls", settings.draft.use_tls, trust_options)) return true;
  if (!port_implies_tls(settings)) return tls_only_options_imply(settings);
  if (has_websocket_scheme(settings)) return websocket_on_tls_port();
  return true;
}

}  // namespace mqtt_toolbox::options
