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
