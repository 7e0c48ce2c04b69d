#include "options/url.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::string_view separator = "://";

tl::unexpected<Error> wrong(std::string text) {
  return fail(ExitCode::usage, std::move(text));
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// `what` names the part in errors, which never show the text: it may be a password.
Result<std::string> percent_decode(std::string_view text, std::string_view what) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return wrong("in the " + std::string(what) +
                   " of a URL, % is followed by two hexadecimal digits; % itself is %25");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (out.find('\0') != std::string::npos)
    return wrong("the " + std::string(what) + " of a URL contains %00");
  return out;
}

bool has_blank_or_control(std::string_view text) {
  for (char byte : text)
    if (static_cast<unsigned char>(byte) <= ' ' || byte == '\x7F') return true;
  return false;
}

/// What stands between :// and the first / ? or #.
struct Authority {
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::string host;
  std::optional<std::uint16_t> port;
};

/// Cuts off what comes before `mark`; nullopt, and nothing cut, when it does not occur.
std::optional<std::string_view> cut_before(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view front = text.substr(0, at);
  text.remove_prefix(at + 1);
  return front;
}

Status read_user(std::string_view user, Authority& authority) {
  std::string_view password = user;
  const auto name = cut_before(password, ':');
  auto username = percent_decode(name.value_or(user), "user");
  if (!username) return tl::unexpected<Error>(std::move(username.error()));
  if (!username->empty()) authority.username = std::move(*username);
  if (!name) return {};
  auto decoded = percent_decode(password, "password");
  if (!decoded) return tl::unexpected<Error>(std::move(decoded.error()));
  authority.password = std::move(*decoded);
  return {};
}

/// An address in brackets, with an optional zone (RFC 6874).
Status read_ipv6(std::string_view text, Authority& authority) {
  auto decoded = percent_decode(text, "host");
  if (!decoded) return tl::unexpected<Error>(std::move(decoded.error()));
  const std::string address = decoded->substr(0, decoded->find('%'));
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1 || has_blank_or_control(*decoded))
    return wrong("\"" + printable(*decoded, 100) + "\" is not an IPv6 address");
  authority.host = std::move(*decoded);
  return {};
}

Status read_name(std::string_view text, Authority& authority) {
  auto host = percent_decode(text, "host");
  if (!host) return tl::unexpected<Error>(std::move(host.error()));
  if (host->empty()) return wrong("the URL names no host");
  if (has_blank_or_control(*host) || host->find_first_of("/?#@[]\\") != std::string::npos)
    return wrong("\"" + printable(*host, 100) + "\" is not the name of a host");
  authority.host = std::move(*host);
  return {};
}

Status read_port(std::string_view text, Authority& authority) {
  if (text.empty()) return {};
  auto port = parse_unsigned(text, 1, 65535);
  // Not quoted: where the host was forgotten, a password stands here.
  if (!port) return wrong("the port of the URL is not a number from 1 to 65535");
  authority.port = static_cast<std::uint16_t>(*port);
  return {};
}

Status read_host_and_port(std::string_view text, Authority& authority) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return wrong("the IPv6 address of the URL lacks its ]");
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':')
      return wrong("after ] in the URL stands : and a port, or nothing");
    return read_ipv6(text.substr(1, close - 1), authority).and_then([&] {
      return read_port(rest.empty() ? rest : rest.substr(1), authority);
    });
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos)
    return wrong("an IPv6 address stands in brackets in a URL: [::1]");
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  return read_name(text.substr(0, colon), authority).and_then([&] {
    return read_port(port, authority);
  });
}

Result<Authority> parse_authority(std::string_view text) {
  Authority authority;
  if (const auto user = cut_before(text, '@')) {
    if (text.find('@') != std::string_view::npos)
      return wrong("a @ in the user or password of a URL is written %40");
    if (auto status = read_user(*user, authority); !status)
      return tl::unexpected<Error>(std::move(status.error()));
  }
  return read_host_and_port(text, authority).map([&] { return std::move(authority); });
}

std::size_t authority_end(std::string_view text) {
  const std::size_t end = text.find_first_of("/?#");
  return end == std::string_view::npos ? text.size() : end;
}

/// A / ? or # in a password ends the authority in the middle of it: then what stands in the port's
/// place is no port, or what follows is no path, and the @ comes only there. A password that starts
/// with a number up to its / cannot be told from a port and a topic.
bool has_cut_password(std::string_view authority, std::string_view path) {
  const std::size_t colon = authority.find(':');
  if (authority.starts_with('[') || colon == std::string_view::npos) return false;
  if (authority.find('@') != std::string_view::npos || path.find('@') == std::string_view::npos)
    return false;
  return path[0] == '#' || !parse_unsigned(authority.substr(colon + 1), 1, 65535);
}

tl::unexpected<Error> cut_password() {
  return wrong("in the password of a URL, / is written %2F, ? %3F, # %23 and @ %40");
}

/// Scheme and the rest after ://.
Result<std::pair<std::string, std::string_view>> split_scheme(std::string_view text,
                                                              std::string_view known) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos || at == 0)
    return wrong("a URL starts with its scheme: " + std::string(known));
  return std::pair(lower_case(text.substr(0, at)), text.substr(at + separator.size()));
}

constexpr std::array<std::pair<std::string_view, Scheme>, 5> schemes{{
    {"mqtt", Scheme::mqtt},
    {"mqtts", Scheme::mqtts},
    {"ws", Scheme::ws},
    {"wss", Scheme::wss},
    {"unix", Scheme::unix_socket},
}};

constexpr std::string_view known_schemes = "mqtt://, mqtts://, ws://, wss:// or unix://";

Result<Scheme> find_scheme(std::string_view name) {
  for (const auto& [known, scheme] : schemes)
    if (known == name) return scheme;
  return wrong("\"" + printable(name, 30) +
               "\" is not a scheme that the toolbox knows: " + std::string(known_schemes));
}

/// Takes topic=... out of a query; what else is in it goes to the server.
Status take_topic(std::string_view query, Url& url, std::string& kept) {
  while (!query.empty()) {
    std::string_view rest = query;
    const std::string_view field = cut_before(rest, '&').value_or(query);
    query = field.size() == query.size() ? std::string_view() : rest;
    if (!field.starts_with("topic=")) {
      kept += kept.empty() ? '?' : '&';
      kept += field;
      continue;
    }
    auto topic = percent_decode(field.substr(6), "topic");
    if (!topic) return tl::unexpected<Error>(std::move(topic.error()));
    url.topic = std::move(*topic);
  }
  return {};
}

Status read_topic_path(std::string_view text, Url& url) {
  if (text.empty()) return {};
  if (text[0] != '/') return wrong("after the host of the URL stands / and the topic");
  if (text.size() == 1) return {};
  auto topic = percent_decode(text.substr(1), "topic");
  if (!topic) return tl::unexpected<Error>(std::move(topic.error()));
  url.topic = std::move(*topic);
  return {};
}

Status read_websocket_path(std::string_view text, Url& url) {
  std::string_view query = text;
  const auto path = cut_before(query, '?');
  url.path = path.value_or(text);
  std::string kept;
  if (path)
    if (auto status = take_topic(query, url, kept); !status) return status;
  if (!kept.empty() && url.path.empty()) url.path = "/";
  url.path += kept;
  if (has_blank_or_control(url.path)) return wrong("the path of the URL contains a blank");
  if (url.path.find('#') != std::string::npos)
    return wrong("a # in the path of the URL is written %23");
  return {};
}

Status read_socket_path(std::string_view text, Url& url) {
  std::string_view query = text;
  const auto raw = cut_before(query, '?');
  auto path = percent_decode(raw.value_or(text), "path");
  if (!path) return tl::unexpected<Error>(std::move(path.error()));
  if (!path->starts_with('/'))
    return wrong("the path of a socket in a URL is absolute: unix:///run/broker.sock");
  url.path = std::move(*path);
  std::string kept;
  if (raw)
    if (auto status = take_topic(query, url, kept); !status) return status;
  if (!kept.empty()) return wrong("a unix URL takes ?topic= and nothing else");
  return {};
}

/// Long, of letters and digits: nobody names a path so.
bool looks_like_a_token(std::string_view segment) {
  constexpr std::size_t shortest_token = 16;
  constexpr std::string_view digits = "0123456789";
  return segment.size() >= shortest_token && segment.find_first_of(digits) != std::string::npos &&
         segment.find_first_not_of(digits) != std::string::npos;
}

/// What is secret in one segment of a path or one field of a query.
PasswordPlace secret_of(std::string_view url, PasswordPlace part, bool in_query) {
  const std::string_view text = url.substr(part.position, part.size);
  const std::size_t mark = text.find_first_of(in_query ? "=" : "=:");
  if (in_query && text.substr(0, mark) == "topic") return {};
  if (mark != std::string_view::npos) return {part.position + mark + 1, part.size - mark - 1};
  return in_query || looks_like_a_token(text) ? part : PasswordPlace();
}

void take_authority(Authority&& authority, Url& url) {
  url.username = std::move(authority.username);
  url.password = std::move(authority.password);
  url.host = std::move(authority.host);
  url.port = authority.port;
}

/// unix://[USER[:PASSWORD]@]/PATH: no host, but perhaps a user.
Result<Authority> parse_user_only(std::string_view text) {
  Authority authority;
  const auto user = cut_before(text, '@');
  if (!text.empty())
    return wrong("the path of a socket in a URL is absolute: unix:///run/broker.sock");
  if (!user) return authority;
  return read_user(*user, authority).map([&] { return std::move(authority); });
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& letter : out)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return out;
}

Result<Url> parse_url(std::string_view text) {
  auto split = split_scheme(text, known_schemes);
  if (!split) return tl::unexpected<Error>(std::move(split.error()));
  const auto [name, rest] = *split;
  auto scheme = find_scheme(name);
  if (!scheme) return tl::unexpected<Error>(std::move(scheme.error()));
  Url url;
  url.scheme = *scheme;
  const std::size_t end = authority_end(rest);
  const std::string_view path = rest.substr(end);
  if (has_cut_password(rest.substr(0, end), path)) return cut_password();
  auto authority = *scheme == Scheme::unix_socket ? parse_user_only(rest.substr(0, end))
                                                  : parse_authority(rest.substr(0, end));
  if (!authority) return tl::unexpected<Error>(std::move(authority.error()));
  take_authority(std::move(*authority), url);
  Status status;
  switch (*scheme) {
    case Scheme::mqtt:
    case Scheme::mqtts: status = read_topic_path(path, url); break;
    case Scheme::ws:
    case Scheme::wss: status = read_websocket_path(path, url); break;
    case Scheme::unix_socket: status = read_socket_path(path, url); break;
  }
  return status.map([&] { return std::move(url); });
}

Result<transport::ProxySettings> parse_proxy_url(std::string_view text) {
  using Kind = transport::ProxySettings::Kind;
  auto split = split_scheme(text, "socks5h:// or http://");
  if (!split) return tl::unexpected<Error>(std::move(split.error()));
  const auto [name, rest] = *split;
  if (name != "socks5h" && name != "http")
    return wrong("a proxy's scheme is socks5h or http, not \"" + printable(name, 30) + "\"");
  const std::size_t end = authority_end(rest);
  const std::string_view path = rest.substr(end);
  if (has_cut_password(rest.substr(0, end), path)) return cut_password();
  if (!path.empty() && path != "/") return wrong("nothing follows the host and port of a proxy");
  auto authority = parse_authority(rest.substr(0, end));
  if (!authority) return tl::unexpected<Error>(std::move(authority.error()));
  transport::ProxySettings proxy;
  proxy.kind = name == "http" ? Kind::http_connect : Kind::socks5h;
  proxy.host = std::move(authority->host);
  proxy.port = authority->port.value_or(name == "http" ? 8080 : 1080);
  proxy.username = std::move(authority->username).value_or("");
  proxy.password = std::move(authority->password).value_or("");
  return proxy;
}

std::string host_without_brackets(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return std::string(host);
}

PasswordPlace find_password(std::string_view url) {
  const std::size_t scheme = url.find(separator);
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + separator.size();
  // The last @ of the whole text, so that a password with an unescaped / or @ is covered too.
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos || at < start) return {};
  const std::size_t colon = url.find(':', start);
  if (colon == std::string_view::npos || colon >= at) return {};
  return {colon + 1, at - colon - 1};
}

std::vector<PasswordPlace> find_secrets(std::string_view url) {
  std::vector<PasswordPlace> places;
  const PasswordPlace password = find_password(url);
  if (password.size > 0) places.push_back(password);
  std::size_t start = password.position + password.size;
  if (!url.starts_with('/')) {
    const std::size_t scheme = std::min(url.find(separator), url.size());
    const std::string name = lower_case(url.substr(0, scheme));
    if (name != "ws" && name != "wss") return places;
    start = std::max(start, scheme + separator.size());
  }
  const std::size_t query = std::min(url.find_first_of("?#", start), url.size());
  for (std::size_t at = std::min(url.find('/', start), query); at < url.size();) {
    const bool in_query = at >= query;
    const std::size_t end = in_query ? std::min(url.find_first_of("&;#", at + 1), url.size())
                                     : std::min(url.find('/', at + 1), query);
    const PasswordPlace place = secret_of(url, {at + 1, end - at - 1}, in_query);
    if (place.size > 0) places.push_back(place);
    at = end;
  }
  return places;
}

std::string mask_password(std::string_view url) {
  std::string masked(url);
  const std::vector<PasswordPlace> places = find_secrets(url);
  for (auto place = places.rbegin(); place != places.rend(); ++place)
    masked.replace(place->position, place->size, "***");
  return masked;
}

}  // namespace mqtt_toolbox::options
