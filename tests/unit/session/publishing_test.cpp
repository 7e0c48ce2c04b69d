#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

namespace {

protocol::Properties connack(PropertyId id, std::uint32_t number) {
  static With with(PacketType::connack);
  with = With(PacketType::connack);
  return with(id, number);
}

protocol::PubAck puback(protocol::PacketIdentifier id, ReasonCode reason = ReasonCode::success) {
  return {id, reason, {}};
}

}  // namespace

TEST_CASE("QoS 0 goes out as it is, and has no outcome") {
  Bench bench(Version::v311);
  bench.connect();
  bench.handler.take();
  auto given = message("a/b", "hi", 0, 77);
  given.retain = true;
  given.dup = true;
  const auto submission = bench.publish(given);
  REQUIRE(submission);
  CHECK(submission->packet_identifier == 0);
  CHECK(bench.take_bytes() == hex("31 07 0003 612F62 6869"));
  CHECK(bench.session.inflight() == 0);
  CHECK(bench.handler.take().empty());
}

TEST_CASE("QoS 1 ends with PUBACK") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  CHECK(bench.publish("t", "p", 1, 42)->packet_identifier == 1);
  CHECK(bench.publish("t", "q", 1, 43)->packet_identifier == 2);
  CHECK(bench.take() == "PUBLISH q1 #1 [t] p | PUBLISH q1 #2 [t] q");
  CHECK(bench.session.inflight() == 2);
  bench.receive(puback(2));
  CHECK(bench.handler.take() == "published 43");
  bench.receive(puback(1, ReasonCode::not_authorized));
  CHECK(bench.handler.take() == "published 42 0x87");
  CHECK(bench.session.inflight() == 0);
}

TEST_CASE("QoS 2 ends with PUBCOMP, and its reason is that of PUBREC") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  bench.publish("t", "p", 2, 42);
  CHECK(bench.take() == "PUBLISH q2 #1 [t] p");
  bench.receive(protocol::PubRec{1, ReasonCode::no_matching_subscribers, {}});
  CHECK(bench.take() == "PUBREL #1");
  CHECK(bench.handler.take().empty());
  bench.receive(protocol::PubRec{1, {}, {}});
  CHECK(bench.take() == "PUBREL #1");
  bench.receive(protocol::PubComp{1, {}, {}});
  CHECK(bench.handler.take() == "published 42");
}

TEST_CASE("a reason of PUBREC that is no failure comes with the outcome") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  bench.publish("t", "p", 2, 42);
  bench.receive(protocol::PubRec{1, ReasonCode::no_matching_subscribers, {}});
  bench.receive(protocol::PubComp{1, {}, {}});
  CHECK(bench.handler.take() == "published 42 0x10");
}

TEST_CASE("a failure in PUBREC or PUBCOMP ends a QoS 2 message") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  bench.publish("t", "p", 2, 42);
  bench.take();
  SUBCASE("PUBREC") {
    bench.receive(protocol::PubRec{1, ReasonCode::quota_exceeded, {}});
    CHECK(bench.handler.take() == "published 42 0x97");
    CHECK(bench.output.empty());
  }
  SUBCASE("PUBCOMP, when nothing was sent again") {
    bench.receive(protocol::PubRec{1, {}, {}});
    bench.receive(protocol::PubComp{1, ReasonCode::packet_identifier_not_found, {}});
    CHECK(bench.handler.take() == "published 42 0x92");
  }
  CHECK(bench.session.inflight() == 0);
}

TEST_CASE("PUBACK for QoS 2 is how some servers lower it to QoS 1: finished") {
  Bench bench(Version::v311);
  bench.connect();
  bench.handler.take();
  bench.publish("t", "p", 2, 42);
  bench.receive(puback(1));
  CHECK(bench.handler.take() == "published 42");
  CHECK(bench.handler.published_at == protocol::Qos::at_least_once);
  CHECK(bench.session.phase() == Phase::online);
}

TEST_CASE("an acknowledgement of the wrong kind is a protocol error") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  SUBCASE("PUBREC for QoS 1") {
    bench.publish("t", "p", 1);
    bench.take();
    bench.receive(protocol::PubRec{1, {}, {}});
  }
  SUBCASE("PUBCOMP before PUBREC") {
    bench.publish("t", "p", 2);
    bench.take();
    bench.receive(protocol::PubComp{1, {}, {}});
  }
  SUBCASE("PUBACK after PUBREC") {
    bench.publish("t", "p", 2);
    bench.receive(protocol::PubRec{1, {}, {}});
    bench.take();
    bench.receive(puback(1));
  }
  SUBCASE("SUBACK for PUBLISH") {
    bench.publish("t", "p", 1);
    bench.take();
    bench.receive(protocol::SubAck{1, {}, std::string_view("\0", 1)});
  }
  CHECK(bench.take() == "DISCONNECT 0x82");
  CHECK(bench.session.inflight() == 1);
  CHECK(bench.handler.take().empty());
}

TEST_CASE("an acknowledgement for nothing is passed over; PUBREC is answered") {
  for (const auto version : {Version::v5, Version::v311}) {
    Bench bench(version);
    bench.connect();
    bench.handler.take();
    bench.receive(puback(9));
    bench.receive(protocol::PubComp{9, {}, {}});
    bench.receive(protocol::SubAck{9, {}, std::string_view("\0", 1)});
    CHECK(bench.output.empty());
    bench.receive(protocol::PubRec{9, {}, {}});
    CHECK(bench.take() == (version == Version::v5 ? "PUBREL #9 0x92" : "PUBREL #9"));
    CHECK(bench.session.phase() == Phase::online);
    CHECK(bench.handler.take().empty());
  }
}

TEST_CASE("the window: the setting, else a usual number, never above Receive Maximum") {
  const auto accepted = [](Bench& bench) {
    int count = 0;
    while (bench.accepted("t", "p", 1)) ++count;
    return count;
  };
  SUBCASE("5.0") {
    Bench bench;
    bench.connect();
    CHECK(accepted(bench) == 1000);
  }
  SUBCASE("3.1.1") {
    Bench bench(Version::v311);
    bench.connect();
    CHECK(accepted(bench) == 20);
  }
  SUBCASE("Receive Maximum") {
    Bench bench;
    bench.settings.inflight_messages = 7;
    bench.connect(false, connack(PropertyId::receive_maximum, 3));
    CHECK(accepted(bench) == 3);
  }
  SUBCASE("the setting") {
    Bench bench;
    bench.settings.inflight_messages = 7;
    bench.connect();
    CHECK(accepted(bench) == 7);
  }
}

TEST_CASE("would_block, and on_ready once there is room again") {
  Bench bench;
  bench.settings.inflight_messages = 2;
  bench.connect();
  bench.handler.take();
  CHECK(bench.accepted("t", "1", 1));
  CHECK(bench.accepted("t", "2", 2));
  CHECK_FALSE(bench.accepted("t", "3", 1));
  CHECK(bench.accepted("t", "0", 0));  // QoS 0 needs no place in the window.
  bench.receive(protocol::PubRec{2, {}, {}});
  CHECK(bench.handler.take().empty());
  bench.receive(puback(1));
  CHECK(bench.handler.take() == "published 0 | ready");
  bench.receive(protocol::PubComp{2, {}, {}});
  CHECK(bench.handler.take() == "published 0");
}

TEST_CASE("would_block while offline, and on_ready when online") {
  Bench bench;
  CHECK_FALSE(bench.accepted("t", "p", 0));
  bench.connect();
  CHECK(bench.handler.take() == "connected | ready");
}

TEST_CASE("would_block while too many bytes wait, and on_ready when half of them are written") {
  Bench bench;
  bench.settings.output_bytes = 100;
  bench.connect();
  bench.handler.take();
  while (bench.accepted("t", "0123456789", 0)) {
  }
  CHECK(bench.output.pending() > 100);
  bench.output.consume(bench.output.pending() - 51);
  CHECK(bench.handler.take().empty());
  bench.output.consume(1);
  CHECK(bench.handler.take() == "ready");
}

TEST_CASE("the store for QoS 1 and 2 is bounded, and takes one larger packet alone") {
  Bench bench;
  Settings settings;
  settings.inflight_bytes = 1024;
  Session session(settings, bench.handler, bench.output);
  REQUIRE(session.transport_opened(Version::v5, {"me", {}, {}}, bench.now));
  session.receive(encoded(protocol::ConnAck{}), bench.now);
  const auto accepted = [&](std::size_t size) {
    const std::string payload(size, 'x');
    return session.publish(message("t", payload, 1), 0, Payload::copied, bench.now)->admission ==
           Admission::accepted;
  };
  CHECK(accepted(5000));
  CHECK_FALSE(accepted(10));
  session.receive(encoded(puback(1)), bench.now);
  CHECK(accepted(500));
  CHECK(accepted(400));
  CHECK_FALSE(accepted(200));
  CHECK_FALSE(accepted(5000));
  session.receive(encoded(puback(3)), bench.now);
  CHECK_FALSE(accepted(200));  // The oldest holds the place of all behind it.
  session.receive(encoded(puback(2)), bench.now);
  CHECK(accepted(200));
}

TEST_CASE("limits of the server are kept, and named") {
  Bench bench;
  const auto refusal = [&](const protocol::Publish& publish) {
    const auto submission = bench.publish(publish);
    REQUIRE_FALSE(submission);
    CHECK(submission.error().code == ExitCode::rejected);
    CHECK(bench.output.empty());
    CHECK(bench.session.inflight() == 0);
    return submission.error().text;
  };
  SUBCASE("QoS") {
    bench.connect(false, connack(PropertyId::maximum_qos, 1));
    CHECK(refusal(message("t", "p", 2)) == "the broker accepts at most QoS 1 (Maximum QoS 1)");
    CHECK(bench.accepted("t", "p", 1));
  }
  SUBCASE("retain") {
    bench.connect(false, connack(PropertyId::retain_available, 0));
    auto retained = message("t", "p", 0);
    retained.retain = true;
    CHECK(refusal(retained) == "the broker accepts no retained messages (Retain Available 0)");
  }
  SUBCASE("packet size") {
    bench.connect(false, connack(PropertyId::maximum_packet_size, 20));
    const std::string payload(13, 'x');  // with 2 + 3 + 1 + 2 bytes around it
    CHECK(refusal(message("t", payload, 1)) ==
          "the packet has 21 bytes, and the broker accepts at most 20 (Maximum Packet Size)");
    CHECK(bench.accepted("t", payload.substr(1), 1));
    CHECK(bench.accepted("t", payload, 0) == true);
  }
  SUBCASE("topic alias") {
    bench.connect(false, connack(PropertyId::topic_alias_maximum, 2));
    auto aliased = message("t", "p", 0);
    const With alias = With(PacketType::publish)(PropertyId::topic_alias, 3);
    aliased.properties = alias;
    CHECK(refusal(aliased) ==
          "the topic alias is 3, and the broker accepts at most 2 (Topic Alias Maximum)");
  }
}

TEST_CASE("what cannot be encoded is refused as a wrong use") {
  Bench bench;
  bench.connect();
  const std::string topic(70'000, 't');
  for (const int qos : {0, 1}) {
    const auto submission = bench.publish(topic, "p", qos);
    REQUIRE_FALSE(submission);
    CHECK(submission.error().code == ExitCode::usage);
  }
  CHECK(bench.output.empty());
  CHECK(bench.accepted("t", "p", 1));
  CHECK(bench.take() == "PUBLISH q1 #1 [t] p");
}

TEST_CASE("a large borrowed payload is not copied, a small one is") {
  Bench bench;
  bench.connect();
  const std::string large(5000, 'l');
  const std::string small(10, 's');
  for (const int qos : {0, 1}) {
    REQUIRE(bench.session.publish(message("t", large, qos), 0, Payload::borrowed, bench.now));
    Bytes pieces[2];
    REQUIRE(bench.output.gather(pieces) == 2);
    CHECK(pieces[1].data() == large.data());
    CHECK(show_all(bench.take_bytes(), Version::v5) ==
          (qos == 0 ? "PUBLISH q0 [t] 5000 bytes" : "PUBLISH q1 #1 [t] 5000 bytes"));
    REQUIRE(bench.session.publish(message("t", small, qos), 0, Payload::borrowed, bench.now));
    CHECK(bench.output.gather(pieces) == 1);
    bench.take();
  }
}

TEST_CASE("a server cannot end the loan of a payload that is not written yet") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  const std::string large(5000, 'l');
  REQUIRE(bench.session.publish(message("t", large, 1), 1, Payload::borrowed, bench.now));
  SUBCASE("not all of it is written") {
    bench.output.consume(bench.output.pending() - 1);
    bench.receive(puback(1));
    CHECK(bench.handler.take().empty());
    CHECK(bench.session.phase() == Phase::closing);
  }
  SUBCASE("it is") {
    bench.take();
    bench.receive(puback(1));
    CHECK(bench.handler.take() == "published 1");
  }
}

TEST_CASE("packet identifiers run to 65,535, begin again, and skip none in use") {
  Bench bench;
  bench.connect();
  for (unsigned i = 1; i <= 140'000; ++i) {
    const auto submission = bench.publish("t", "p", 1);
    REQUIRE(submission->packet_identifier == (i - 1) % 65'535 + 1);
    bench.take_bytes();
    bench.receive(puback(submission->packet_identifier));
  }
  CHECK(bench.session.inflight() == 0);
}

TEST_CASE("identifiers go round one that is never acknowledged, and everything else is sent") {
  Bench bench;
  bench.connect();
  REQUIRE(bench.accepted("t", "first", 1, 1));
  bench.take();
  for (Token token = 2; token < 70'000; ++token) {
    REQUIRE(bench.accepted("t", "m", 1, token));
    const std::string sent = bench.take();
    const auto id = static_cast<protocol::PacketIdentifier>((token - 1) % 65'535 + 1 +
                                                            (token > 65'535 ? 1 : 0));
    REQUIRE(sent == "PUBLISH q1 #" + std::to_string(id) + " [t] m");
    bench.receive(protocol::PubAck{id, {}, {}});
  }
  CHECK(bench.session.inflight() == 1);
  bench.handler.take();
  bench.receive(protocol::PubAck{1, {}, {}});
  CHECK(bench.handler.take() == "published 1");
}
