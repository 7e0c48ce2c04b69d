#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

TEST_CASE("CONNECT carries settings and identity") {
  Bench bench;
  bench.settings.keep_alive = 30;
  bench.settings.clean_start = false;
  bench.settings.connect_properties =
      With(PacketType::connect)(PropertyId::receive_maximum, 7).list();
  bench.settings.will = WillSettings{.topic = "gone", .payload = "bye"};
  REQUIRE(bench.session.transport_opened(bench.version, {"me", "user", "secret"}, bench.now));
  CHECK(bench.session.phase() == Phase::connecting);
  CHECK(bench.take() ==
        "CONNECT 5.0 resume keep-alive=30 id=me user=user password=secret will=gone "
        "receive-maximum=7");
}

TEST_CASE("CONNECT in 3.1.1, byte for byte") {
  Bench bench(Version::v311);
  bench.open();
  CHECK(bench.take_bytes() == hex("10 0E 0004 4D515454 04 02 003C 0002 6D65"));
}

TEST_CASE("CONNECT that cannot be encoded is refused and leaves the session offline") {
  Bench bench(Version::v311);
  const auto status =
      bench.session.transport_opened(Version::v311, {"me", {}, "secret"}, bench.now);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ExitCode::usage);
  CHECK(bench.session.phase() == Phase::offline);
  CHECK(bench.output.empty());
}

TEST_CASE("CONNACK opens the session, in bytes that arrive one by one") {
  Bench bench;
  bench.open();
  for (const char byte : hex("20 06 01 00 03 21 00 0A")) bench.receive_bytes({&byte, 1});
  CHECK(bench.session.phase() == Phase::closing);

  bench.lose();
  bench.settings.clean_start = false;
  bench.open();
  for (const char byte : hex("20 06 01 00 03 21 00 0A")) bench.receive_bytes({&byte, 1});
  CHECK(bench.session.phase() == Phase::online);
  CHECK(bench.handler.take() == "connected present");
  CHECK(bench.session.limits().receive_maximum == 10);
}

TEST_CASE("every limit of CONNACK is read") {
  Bench bench;
  bench.connect(
      false, With(PacketType::connack)(PropertyId::receive_maximum, 5)(PropertyId::maximum_qos, 1)(
                 PropertyId::retain_available, 0)(PropertyId::maximum_packet_size, 100)(
                 PropertyId::topic_alias_maximum, 3)(PropertyId::server_keep_alive, 9)(
                 PropertyId::wildcard_subscription_available, 0)(
                 PropertyId::subscription_identifier_available, 0)(
                 PropertyId::shared_subscription_available, 0));
  const ServerLimits& limits = bench.handler.limits;
  CHECK(limits.receive_maximum == 5);
  CHECK(limits.maximum_qos == protocol::Qos::at_least_once);
  CHECK_FALSE(limits.retain_available);
  CHECK(limits.maximum_packet_size == 100);
  CHECK(limits.topic_alias_maximum == 3);
  CHECK(limits.keep_alive == 9);
  CHECK_FALSE(limits.wildcard_subscription_available);
  CHECK_FALSE(limits.subscription_identifier_available);
  CHECK_FALSE(limits.shared_subscription_available);
}

TEST_CASE("a refusal, in each form") {
  Bench bench;
  bench.open();
  SUBCASE("5.0") {
    bench.receive_bytes(hex("20 03 00 87 00"));
    CHECK(bench.handler.take() == "refused 135");
  }
  SUBCASE("a server that knows 3.1.1 only") {
    bench.receive_bytes(hex("20 02 00 01"));
    CHECK(bench.handler.take() == "refused 1");
  }
  CHECK(bench.session.phase() == Phase::closing);
  CHECK_FALSE(bench.session.failure().has_value());
}

TEST_CASE("an acceptance in the form of 3.1.1 is no acceptance of 5.0") {
  Bench bench;
  bench.open();
  bench.receive_bytes(hex("20 02 00 00"));
  CHECK(bench.session.phase() == Phase::closing);
  REQUIRE(bench.session.failure());
  CHECK(bench.handler.take().empty());
}

TEST_CASE("nothing but CONNACK and AUTH may come first") {
  Bench bench;
  REQUIRE(bench.settings.connect_properties.add(PropertyId::authentication_method, "SCRAM"));
  bench.open();
  bench.take();
  SUBCASE("AUTH passes through, both ways") {
    bench.receive(
        protocol::Auth{ReasonCode::continue_authentication,
                       With(PacketType::auth)(PropertyId::authentication_method, "SCRAM")});
    CHECK(bench.handler.take() == "AUTH 0x18 authentication-method=SCRAM");
    protocol::Auth answer{ReasonCode::continue_authentication, {}};
    REQUIRE(bench.session.authenticate(answer, bench.now));
    CHECK(bench.take() == "AUTH 0x18");
    CHECK(bench.session.phase() == Phase::connecting);
  }
  SUBCASE("PUBLISH ends it without DISCONNECT, as the server knows no session yet") {
    bench.receive(message("t", "p", 0));
    CHECK(bench.session.phase() == Phase::closing);
    CHECK(bench.session.failure()->reason == ReasonCode::protocol_error);
    CHECK(bench.output.empty());
  }
}

TEST_CASE("AUTH that was not asked for is a protocol error") {
  Bench bench;
  SUBCASE("without an authentication method") {}
  SUBCASE("of another method") {
    REQUIRE(bench.settings.connect_properties.add(PropertyId::authentication_method, "PLAIN"));
  }
  const With method = With(PacketType::auth)(PropertyId::authentication_method, "SCRAM");
  const protocol::Auth auth{ReasonCode::continue_authentication, method};
  bench.open();
  bench.take();
  bench.receive(auth);
  CHECK(bench.session.phase() == Phase::closing);
  REQUIRE(bench.session.failure());
  CHECK(bench.session.failure()->reason == ReasonCode::protocol_error);
  CHECK(bench.output.empty());

  Bench online;
  online.connect();
  online.handler.take();
  online.receive(auth);
  CHECK(online.take() == "DISCONNECT 0x82");
  CHECK(online.session.phase() == Phase::closing);
  CHECK(online.handler.take().empty());
}

TEST_CASE("a second CONNACK is a protocol error") {
  Bench bench;
  bench.connect();
  bench.receive(protocol::ConnAck{});
  CHECK(bench.take() == "DISCONNECT 0x82");
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE("Clean Start follows the settings until there was a session, then resume") {
  Bench bench;
  bench.settings.clean_start = true;
  bench.settings.resume = true;
  bench.open();
  CHECK(bench.take() == "CONNECT 5.0 clean keep-alive=60 id=me");
  bench.open();  // No CONNACK came: there may be an old session, which is still not wanted.
  CHECK(bench.take() == "CONNECT 5.0 clean keep-alive=60 id=me");
  bench.receive(protocol::ConnAck{});
  bench.open();
  CHECK(bench.take() == "CONNECT 5.0 resume keep-alive=60 id=me");
  bench.session.reset();
  bench.open();
  CHECK(bench.take() == "CONNECT 5.0 clean keep-alive=60 id=me");
}

TEST_CASE("without resume every CONNECT asks for a new session") {
  Bench bench;
  bench.settings.clean_start = false;
  bench.connect();
  bench.open();
  CHECK(bench.take() == "CONNECT 5.0 clean keep-alive=60 id=me");
}

TEST_CASE("DISCONNECT both ways") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  SUBCASE("from this side, with reason and properties") {
    const With expiry = With(PacketType::disconnect)(PropertyId::session_expiry_interval, 5);
    REQUIRE(
        bench.session.disconnect({ReasonCode::disconnect_with_will_message, expiry}, bench.now));
    CHECK(bench.take() == "DISCONNECT 0x04 session-expiry-interval=5");
    bench.receive(message("t", "too late", 0));
    CHECK(bench.handler.take().empty());
  }
  SUBCASE("from the server") {
    const With reason = With(PacketType::disconnect)(PropertyId::reason_string, "maintenance");
    bench.receive(protocol::Disconnect{ReasonCode::server_shutting_down, reason});
    CHECK(bench.handler.take() == "DISCONNECT 0x8B reason-string=maintenance");
    CHECK_FALSE(bench.session.failure());
  }
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE("before 5.0 DISCONNECT has no reason, and a server sends none") {
  Bench bench(Version::v311);
  bench.connect();
  SUBCASE("from this side") {
    REQUIRE(bench.session.disconnect({ReasonCode::disconnect_with_will_message, {}}, bench.now));
    CHECK(bench.take_bytes() == hex("E0 00"));
  }
  SUBCASE("from the server") {
    bench.receive_bytes(hex("E0 00"));
    CHECK(bench.session.failure()->reason == ReasonCode::protocol_error);
    CHECK(bench.output.empty());
  }
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE("faults of the server end the connection with the reason that fits") {
  Bench bench;
  bench.settings.connect_properties =
      With(PacketType::connect)(PropertyId::maximum_packet_size, 50).list();
  bench.connect();
  const auto reason_for = [&](std::string_view bytes) {
    bench.receive_bytes(hex(bytes));
    return bench.take();
  };
  CHECK(reason_for("36 00") == "DISCONNECT 0x81");  // QoS 3
  bench.connect();
  CHECK(reason_for("30 60") == "DISCONNECT 0x95");  // Maximum Packet Size
  bench.connect();
  CHECK(reason_for("C0 00") == "DISCONNECT 0x82");  // PINGREQ
  bench.connect();
  CHECK(reason_for("30 05 0001 23 00 00") == "DISCONNECT 0x90");  // topic name #
  bench.connect();
  CHECK(reason_for("30 03 0000 00") == "DISCONNECT 0x82");  // topic name empty, no alias
  bench.connect();
  CHECK(reason_for("90 03 0001 00") == "DISCONNECT 0x82");  // SUBACK without a reason code
  bench.connect();
  CHECK(reason_for("30 07 0001 74 03 23 0000") == "DISCONNECT 0x94");  // alias 0
  CHECK(bench.session.phase() == Phase::closing);
  REQUIRE(bench.session.failure()->fault);
  CHECK(bench.session.failure()->text == protocol::meaning(*bench.session.failure()->fault).text);
}
