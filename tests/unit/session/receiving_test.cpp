#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

TEST_CASE("messages are delivered, and acknowledged at once unless told otherwise") {
  Bench bench;
  bench.connect();
  bench.handler.take();
  bench.receive(message("t", "zero", 0));
  bench.receive(message("t", "one", 1, 8));
  bench.receive(message("t", "two", 2, 9));
  CHECK(bench.handler.take() ==
        "PUBLISH q0 [t] zero | PUBLISH q1 #8 [t] one | PUBLISH q2 #9 [t] two");
  CHECK(bench.take() == "PUBACK #8 | PUBREC #9");
  bench.receive(protocol::PubRel{9, {}, {}});
  CHECK(bench.take() == "PUBCOMP #9");
  CHECK(bench.session.unacknowledged() == 0);
}

TEST_CASE("a QoS 2 message that comes again is answered and not delivered again") {
  Bench bench;
  bench.settings.resume = true;
  bench.connect();
  bench.receive(message("t", "two", 2, 9));
  bench.take();
  bench.handler.take();
  const bool is_kept = true;
  bench.connect(is_kept);
  bench.handler.take();
  auto again = message("t", "two", 2, 9);
  again.dup = true;
  bench.receive(again);
  CHECK(bench.take() == "PUBREC #9");
  CHECK(bench.handler.take().empty());
  bench.receive(protocol::PubRel{9, {}, {}});
  bench.receive(message("t", "another", 2, 9));
  CHECK(bench.handler.take() == "PUBLISH q2 #9 [t] another");
}

TEST_CASE("a lost session forgets what was received") {
  Bench bench;
  bench.settings.resume = true;
  bench.connect();
  bench.receive(message("t", "two", 2, 9));
  bench.connect(false);
  bench.handler.take();
  bench.receive(message("t", "new", 2, 9));
  CHECK(bench.handler.take() == "PUBLISH q2 #9 [t] new");
}

TEST_CASE("PUBREL for an unknown identifier is answered with 0x92 under 5.0") {
  Bench bench;
  bench.connect();
  bench.receive(protocol::PubRel{5, {}, {}});
  CHECK(bench.take() == "PUBCOMP #5 0x92");
  Bench older(Version::v311);
  older.connect();
  older.receive(protocol::PubRel{5, {}, {}});
  CHECK(older.take() == "PUBCOMP #5");
}

TEST_CASE("acknowledgement on request, in order of delivery") {
  Bench bench;
  bench.settings.acknowledge_at_once = false;
  bench.connect();
  bench.receive(message("t", "one", 1, 1));
  bench.receive(message("t", "zero", 0));
  bench.receive(message("t", "two", 2, 2));
  bench.receive(message("t", "three", 1, 3));
  CHECK(bench.take().empty());
  CHECK(bench.session.unacknowledged() == 3);
  bench.session.acknowledge(2, bench.now);
  CHECK(bench.take() == "PUBACK #1 | PUBREC #2");
  bench.session.acknowledge(100, bench.now);
  CHECK(bench.take() == "PUBACK #3");
  CHECK(bench.session.unacknowledged() == 0);
}

TEST_CASE("what was delivered on an older connection is not acknowledged on a newer one") {
  Bench bench;
  bench.settings.acknowledge_at_once = false;
  bench.settings.resume = true;
  bench.connect();
  bench.receive(message("t", "one", 1, 1));
  bench.receive(message("t", "two", 2, 2));
  bench.receive(message("t", "three", 2, 3));
  bench.handler.take();
  bench.connect(true);
  CHECK(bench.handler.take() == "connected present");
  SUBCASE("before the server sends it again") {
    bench.session.acknowledge(3, bench.now);
    CHECK(bench.take().empty());
    bench.receive(message("t", "two", 2, 2));
    CHECK(bench.take() == "PUBREC #2");
    CHECK(bench.handler.take().empty());
  }
  SUBCASE("after the server sent it again") {
    bench.receive(message("t", "three", 2, 3));
    CHECK(bench.take().empty());
    CHECK(bench.session.unacknowledged() == 3);
    bench.session.acknowledge(3, bench.now);
    CHECK(bench.take() == "PUBREC #3");
    CHECK(bench.handler.take().empty());
  }
  SUBCASE("QoS 1 that comes again is delivered again") {
    bench.receive(message("t", "one", 1, 1));
    CHECK(bench.handler.take() == "PUBLISH q1 #1 [t] one");
    CHECK(bench.session.unacknowledged() == 4);
    bench.session.acknowledge(4, bench.now);
    CHECK(bench.take() == "PUBACK #1");
  }
}

TEST_CASE("a handler that wants no more gets no more, and the rest stays unacknowledged") {
  Bench bench;
  bench.settings.connect_properties =
      With(PacketType::connect)(PropertyId::receive_maximum, 10).list();
  bench.connect();
  bench.publish("t", "own", 1, 5);
  bench.take();
  bench.handler.take();
  bench.handler.messages_wanted = 2;
  bench.receive_bytes(encoded(message("t", "1", 1, 1)) + encoded(message("t", "2", 2, 2)) +
                      encoded(message("t", "3", 1, 3)) + encoded(message("t", "4", 0)) +
                      encoded(protocol::PubAck{1, {}, {}}) + encoded(protocol::PubRel{2, {}, {}}));
  CHECK(bench.handler.take() == "PUBLISH q1 #1 [t] 1 | PUBLISH q2 #2 [t] 2 | published 5");
  CHECK(bench.take() == "PUBACK #1 | PUBREC #2 | PUBCOMP #2");
  CHECK(bench.session.phase() == Phase::online);
}

TEST_CASE("this side's Receive Maximum is obeyed or the connection ends") {
  Bench bench;
  bench.settings.acknowledge_at_once = false;
  bench.settings.resume = true;
  bench.settings.connect_properties =
      With(PacketType::connect)(PropertyId::receive_maximum, 2).list();
  bench.connect();
  bench.receive(message("t", "1", 1, 1));
  bench.receive(message("t", "2", 2, 2));
  bench.handler.take();
  SUBCASE("a third one is too many") {
    bench.receive(message("t", "3", 2, 3));
    CHECK(bench.take() == "DISCONNECT 0x93");
    CHECK(bench.session.failure()->reason == ReasonCode::receive_maximum_exceeded);
    CHECK(bench.handler.take().empty());
    bench.connect(true);
    bench.handler.take();
    bench.receive(message("t", "3", 2, 3));
    CHECK(bench.handler.take() == "PUBLISH q2 #3 [t] 3");  // It had not been delivered.
  }
  SUBCASE("QoS 1 counts until PUBACK, QoS 2 until PUBCOMP") {
    bench.session.acknowledge(2, bench.now);
    bench.receive(message("t", "3", 1, 3));
    CHECK(bench.session.phase() == Phase::online);
    bench.receive(protocol::PubRel{2, {}, {}});
    bench.receive(message("t", "4", 1, 4));
    CHECK(bench.session.phase() == Phase::online);
    bench.receive(message("t", "5", 1, 5));
    CHECK(bench.session.phase() == Phase::closing);
  }
  SUBCASE("every connection counts anew") {
    bench.connect(true);
    bench.receive(message("t", "2", 2, 2));
    bench.receive(message("t", "1", 1, 1));
    CHECK(bench.session.phase() == Phase::online);
    bench.receive(message("t", "3", 1, 3));
    CHECK(bench.session.phase() == Phase::closing);
  }
}

TEST_CASE("bytes cut anywhere give the same messages") {
  std::string stream;
  std::string expected;
  for (int i = 1; i <= 5; ++i) {
    const std::string payload(static_cast<std::size_t>(i) * 60, 'x');
    stream += encoded(message("topic", payload, 1, static_cast<protocol::PacketIdentifier>(i)));
  }
  Bench whole;
  whole.connect();
  whole.handler.take();
  whole.receive_bytes(stream);
  expected = whole.handler.take();
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    Bench bench;
    bench.connect();
    bench.handler.take();
    bench.receive_bytes(Bytes(stream).substr(0, at));
    bench.receive_bytes(Bytes(stream).substr(at));
    REQUIRE(bench.handler.take() == expected);
  }
}

TEST_CASE("a handler may close, publish and acknowledge from inside an event") {
  struct Meddler : Recorder {
    Session* session = nullptr;
    bool on_message(const protocol::Publish& publish) override {
      Recorder::on_message(publish);
      if (publish.payload == "publish")
        REQUIRE(session->publish(message("answer", "x", 1), 1, Payload::copied, Time(0)));
      if (publish.payload == "acknowledge") session->acknowledge(1, Time(0));
      if (publish.payload == "close") session->transport_closed();
      if (publish.payload == "disconnect")
        REQUIRE(session->disconnect(protocol::Disconnect{}, Time(0)));
      return true;
    }
  };
  Bench bench;
  bench.settings.acknowledge_at_once = false;
  Meddler meddler;
  Session session(bench.settings, meddler, bench.output);
  meddler.session = &session;
  REQUIRE(session.transport_opened(Version::v5, {"me", {}, {}}, bench.now));
  session.receive(encoded(protocol::ConnAck{}), bench.now);
  bench.take_bytes();
  session.receive(encoded(message("t", "publish", 0)) + encoded(message("t", "acknowledge", 1, 4)),
                  bench.now);
  CHECK(bench.take() == "PUBLISH q1 #1 [answer] x | PUBACK #4");
  // In pieces, so that the packet is held by the session while it is gone.
  const std::string last = encoded(message("t", "close", 1, 5)) + encoded(message("t", "not", 0));
  session.receive(last.substr(0, 5), bench.now);
  meddler.take();
  session.receive(last.substr(5), bench.now);
  CHECK(meddler.take() == "PUBLISH q1 #5 [t] close");
  CHECK(session.phase() == Phase::offline);
  CHECK(bench.output.empty());
}

TEST_CASE("every packet is shown, as it stands on the wire") {
  Bench bench;
  bench.settings.observe_packets = true;
  bench.connect();
  CHECK(bench.handler.take() ==
        "> CONNECT 5.0 clean keep-alive=60 id=me | < CONNACK 0 | connected");
  const std::string large(2000, 'x');
  REQUIRE(bench.session.publish(message("t", large, 1), 7, Payload::borrowed, bench.now));
  bench.take_bytes();
  bench.receive(protocol::PubAck{1, {}, {}});
  CHECK(bench.handler.take() == "> PUBLISH q1 #1 [t] 2000 bytes | < PUBACK #1 | published 7");
  bench.receive(message("t", "p", 1, 3));
  CHECK(bench.handler.take() == "< PUBLISH q1 #3 [t] p | PUBLISH q1 #3 [t] p | > PUBACK #3");
  REQUIRE(bench.session.disconnect({}, bench.now));
  CHECK(bench.handler.take() == "> DISCONNECT");
}
