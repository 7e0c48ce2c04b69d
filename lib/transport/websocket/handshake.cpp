#include "transport/websocket/handshake.hpp"

#include <algorithm>
#include <string_view>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/error.hpp>
#include <fmt/format.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox::transport::websocket {

namespace {

namespace ws = boost::beast::websocket;
namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_printable_ascii(char c) {
  return c > ' ' && c < 127;
}

bool is_token(std::string_view text) {
  constexpr std::string_view separators = "()<>@,;:\\\"/[]?={}";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_printable_ascii(c) && separators.find(c) == std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 127);
  });
}

bool is_request_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_printable_ascii);
}

tl::unexpected<Error> unusable(std::string_view what, std::string_view value) {
  return fail(ExitCode::usage, fmt::format("the {} \"{}\" has a character that HTTP does not allow",
                                           what, printable(value, 200)));
}

std::string_view mend(unsigned status) {
  switch (status) {
    case 401: return "; it wants credentials, for instance --ws-header \"Authorization: ...\"";
    case 403: return "; it does not let this client in";
    case 404: return "; try another --ws-path";
    case 301:
    case 302:
    case 307:
    case 308: return "; it is elsewhere";
    default: return "";
  }
}

std::string location(const ws::response_type& response) {
  auto found = response.find(http::field::location);
  if (found == response.end() || response.result_int() / 100 != 3) return {};
  // In a query there may be credentials.
  const std::string_view target = view(found->value());
  return ": " + printable(target.substr(0, target.find('?')), 200);
}

}  // namespace

Status check_request(const WebSocketSettings& settings, const std::string& host) {
  if (!is_request_word(host)) return unusable("host", host);
  // Not shown: it may hold a credential.
  if (!is_request_word(settings.path))
    return fail(ExitCode::usage, "the WebSocket path has a character that HTTP does not allow");
  if (!is_field_value(settings.subprotocol)) return unusable("subprotocol", settings.subprotocol);
  for (const auto& [name, value] : settings.headers) {
    if (!is_token(name)) return unusable("name of the header", name);
    if (!is_field_value(value)) return unusable("value of the header", name);
  }
  return {};
}

std::string request_target(const WebSocketSettings& settings) {
  return settings.path.starts_with('/') ? settings.path : "/" + settings.path;
}

void decorate(ws::request_type& request, const WebSocketSettings& settings) {
  if (!settings.subprotocol.empty()) {
    request.set(http::field::sec_websocket_protocol, settings.subprotocol);
  }
  for (const auto& [name, value] : settings.headers) request.set(name, value);
}

std::string chosen_subprotocol(const ws::response_type& response) {
  auto found = response.find(http::field::sec_websocket_protocol);
  return found == response.end() ? std::string() : printable(view(found->value()), 100);
}

/// Some brokers choose none at all and speak MQTT all the same.
Error check_response(const ws::response_type& response, const WebSocketSettings& settings) {
  std::string chosen = chosen_subprotocol(response);
  http::token_list offered(settings.subprotocol);
  if (chosen.empty() || offered.exists(chosen)) return {};
  return {ExitCode::refused, fmt::format("the server chose the subprotocol \"{}\", not \"{}\"",
                                         chosen, settings.subprotocol)};
}

Error refusal(const ws::response_type& response) {
  return {ExitCode::refused,
          fmt::format("the server answered \"HTTP/{}.{} {} {}\"{}{}", response.version() / 10,
                      response.version() % 10, response.result_int(),
                      printable(view(response.reason()), 200), mend(response.result_int()),
                      location(response))};
}

Error handshake_fault(const boost::system::error_code& error, const std::string& peer) {
  if (error.category() == make_error_code(http::error::bad_version).category()) {
    return ended_in_handshake("the peer does not speak HTTP", peer);
  }
  return {ExitCode::refused,
          fmt::format("the answer is no WebSocket handshake ({})", error.message())};
}

Error ended_in_handshake(const std::string& cause, const std::string& peer) {
  return {ExitCode::unreachable, fmt::format("{}; does {} speak WebSocket?", cause, peer)};
}

std::string close_text(const std::string& peer, const ws::close_reason& reason) {
  std::string text = peer + " closed the WebSocket";
  if (reason.code != ws::close_code::none) text += fmt::format(": {}", reason.code);
  if (!reason.reason.empty()) text += " " + printable(view(reason.reason), 123);
  return text;
}

}  // namespace mqtt_toolbox::transport::websocket
