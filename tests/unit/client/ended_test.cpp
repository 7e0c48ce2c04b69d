#include "client/ended.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::Version;
using session::AttemptEnd;

namespace {

constexpr Version only_5[] = {Version::v5};
constexpr Version only_311[] = {Version::v311};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the likely causes fit the transport") {
  transport::ConnectSettings transport;
  const auto plain = closed_before_connack({transport, only_311, {}}, std::nullopt);
  CHECK(plain.attempt == AttemptEnd::closed_without_connack);
  CHECK(contains(plain.error.text, "a TLS port"));
  CHECK(contains(plain.error.text, "-V 5"));

  transport.tls.emplace();
  const auto tls = closed_before_connack({transport, only_5, {}}, std::nullopt);
  CHECK_FALSE(contains(tls.error.text, "a TLS port"));
  CHECK(contains(tls.error.text, "client certificate"));

  transport.tls.reset();
  transport.unix_path = "/run/broker.sock";
  const auto local = closed_before_connack({transport, only_5, {}}, std::nullopt);
  CHECK_FALSE(contains(local.error.text, "TLS"));
  CHECK(contains(local.error.text, "/run/broker.sock"));
}

TEST_CASE("what TLS says about a close before CONNACK is the answer") {
  transport::ConnectSettings transport;
  transport.tls.emplace();
  const Error alert{ExitCode::tls, "the server wants a certificate"};
  const auto ended = closed_before_connack({transport, only_5, {}}, alert);
  CHECK(ended.error.code == ExitCode::tls);
  CHECK(ended.error.text == "no connection to localhost:1883: the server wants a certificate");
  CHECK(ended.attempt == AttemptEnd::other);
}

TEST_CASE("a close after the beginning of a CONNACK says nothing about the version") {
  const transport::ConnectSettings transport;
  const auto ended = closed_before_connack({transport, only_5, "\x20"}, std::nullopt);
  CHECK(ended.attempt == AttemptEnd::other);
  CHECK(contains(ended.error.text, "closed the connection"));
}

TEST_CASE("only silence without a byte lets the version fall back") {
  const transport::ConnectSettings transport;
  CHECK(silent({transport, only_5, {}}, std::chrono::seconds(1)).attempt == AttemptEnd::silence);
  CHECK(silent({transport, only_5, "\x20"}, std::chrono::seconds(1)).attempt == AttemptEnd::other);
}

TEST_CASE("which reasons of a DISCONNECT let the connection go on") {
  using protocol::ReasonCode;
  const auto permanent = [](ReasonCode reason) {
    return disconnected("here", {reason, {}}).permanent;
  };
  for (const auto passing :
       {ReasonCode::success, ReasonCode::server_busy, ReasonCode::server_shutting_down,
        ReasonCode::keep_alive_timeout, ReasonCode::administrative_action,
        ReasonCode::connection_rate_exceeded, ReasonCode::maximum_connect_time}) {
    CHECK_FALSE(permanent(passing));
  }
  for (const auto lasting :
       {ReasonCode::session_taken_over, ReasonCode::not_authorized, ReasonCode::server_moved,
        ReasonCode::use_another_server, ReasonCode::topic_filter_invalid,
        ReasonCode::packet_too_large, ReasonCode::protocol_error}) {
    CHECK(permanent(lasting));
  }
}

TEST_CASE("hints for the cases that people meet") {
  constexpr Version both[] = {Version::v5, Version::v311};
  transport::ConnectSettings transport;
  const auto closed = [&](bool has_will) {
    return closed_before_connack({transport, both, {}, has_will}, std::nullopt).error.text;
  };
  CHECK(contains(closed(false), "--protocol-version 31"));
  CHECK_FALSE(contains(closed(false), "the will"));
  CHECK(contains(closed(true), "the will"));
  CHECK(contains(silent({transport, both, {}}, std::chrono::seconds(1)).error.text, "-V 31"));
  CHECK_FALSE(contains(closed(false), "--tls-alpn"));
  transport.port = 443;
  transport.tls.emplace();
  CHECK(contains(closed(false), "--tls-alpn"));
  const Error handshake{ExitCode::tls, "TLS with h:443 failed: closed"};
  CHECK(contains(unopened(transport, handshake).text, "--tls-alpn"));
  transport.tls->alpn = {"mqtt"};
  CHECK_FALSE(contains(closed(false), "--tls-alpn"));
  CHECK(unopened(transport, handshake).text == handshake.text);
}

TEST_CASE("a WebSocket that meets TLS names wss://") {
  transport::ConnectSettings transport;
  transport.websocket.emplace();
  const auto text = [&](std::string cause) {
    return unopened(transport, {ExitCode::refused, "WebSocket with h:443 failed: " + cause}).text;
  };
  CHECK(contains(text("the server closed the connection"), "wss://"));
  CHECK(contains(text("the server answered \"HTTP/1.1 400 Bad Request\""), "wss://"));
  CHECK_FALSE(contains(text("the server answered \"HTTP/1.1 404 Not Found\""), "wss://"));
  CHECK_FALSE(contains(unopened(transport, {ExitCode::unreachable, "refused"}).text, "wss://"));
  transport.tls.emplace();
  CHECK_FALSE(contains(text("the server closed the connection"), "wss://"));
}

TEST_CASE("a refusal without a reason names the client identifier when there was none") {
  protocol::ConnAck connack;
  connack.code = 0x80;
  CHECK(contains(refused("h:1", connack, Version::v5, false).error.text, "give one with -i"));
  CHECK_FALSE(contains(refused("h:1", connack, Version::v5, true).error.text, "-i"));
  connack.code = 1;
  connack.older_form = true;
  constexpr Version both[] = {Version::v5, Version::v311};
  CHECK(contains(refused("h:1", connack, Version::v311, true, both).error.text, "give -V 31"));
  CHECK_FALSE(contains(refused("h:1", connack, Version::v311).error.text, "give -V 31"));
}
