#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "transport/settings.hpp"

namespace mqtt_toolbox::options {

enum class Scheme : std::uint8_t { mqtt, mqtts, ws, wss, unix_socket };

/// A broker's URL, percent-decoded (RFC 3986).
struct Url {
  Scheme scheme = Scheme::mqtt;
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::string host;  ///< without brackets; empty for unix
  std::optional<std::uint16_t> port;
  /// unix: the socket. ws and wss: path and query as they go on the wire, without the topic; may be
  /// empty.
  std::string path;
  std::optional<std::string> topic;
};

/// mqtt(s)://[USER[:PASSWORD]@]HOST[:PORT][/TOPIC], ws(s)://...[/PATH][?topic=TOPIC],
/// unix:///PATH[?topic=TOPIC]. In mqtt(s) everything after the first slash is the topic, also ? and
/// #. Errors are ExitCode::usage and never show a password.
Result<Url> parse_url(std::string_view text);

/// socks5h://[USER[:PASSWORD]@]HOST[:PORT] or http://...; ports 1080 and 8080.
Result<transport::ProxySettings> parse_proxy_url(std::string_view text);

/// ASCII letters only.
std::string lower_case(std::string_view text);

/// "[::1]" as "::1"; anything else as it is.
std::string host_without_brackets(std::string_view host);

/// Where a secret stands in a URL, in bytes.
struct PasswordPlace {
  std::size_t position = 0;
  std::size_t size = 0;
};
/// Where the password stands, also in a malformed URL; size 0: none.
PasswordPlace find_password(std::string_view url);

/// The password, and in the path and query of a WebSocket, also given without the rest of the URL,
/// what may be a credential: the values of the query but for topic=, what follows = or : in a
/// segment, and segments that look like tokens. In order; they do not overlap.
std::vector<PasswordPlace> find_secrets(std::string_view url);

/// The URL, or the path, with *** for its secrets.
std::string mask_password(std::string_view url);

}  // namespace mqtt_toolbox::options
