#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

namespace {

/// Connected once, with QoS 1 #1, QoS 2 #2 (PUBREC came) and QoS 2 #3 unacknowledged.
struct Interrupted : Bench {
  explicit Interrupted(Version version_given = Version::v5) : Bench(version_given) {
    settings.resume = true;
    connect();
    publish("t", "one", 1, 11);
    publish("t", "two", 2, 12);
    publish("t", "three", 2, 13);
    receive(protocol::PubRec{2, {}, {}});
    take_bytes();
    lose();
    handler.take();
  }
};

const Bytes all_again = "PUBLISH q1 dup #1 [t] one | PUBREL #2 | PUBLISH q2 dup #3 [t] three";

}  // namespace

TEST_CASE("a session kept goes on: DUP and PUBREL in the original order") {
  for (const auto version : {Version::v5, Version::v311}) {
    Interrupted bench(version);
    CHECK(bench.session.inflight() == 3);
    bench.connect(true);
    CHECK(bench.take() == all_again);
    bench.receive(protocol::PubComp{2, {}, {}});
    bench.receive(protocol::PubAck{1, {}, {}});
    bench.receive(protocol::PubRec{3, {}, {}});
    bench.receive(protocol::PubComp{3, {}, {}});
    CHECK(bench.handler.take() == "connected present | published 12 | published 11 | published 13");
  }
}

TEST_CASE("a session lost is begun anew: no DUP, and QoS 2 perhaps twice") {
  Interrupted bench;
  bench.connect(false);
  CHECK(bench.take() == "PUBLISH q1 #1 [t] one | PUBLISH q2 #2 [t] two | PUBLISH q2 #3 [t] three");
  bench.receive(protocol::PubAck{1, {}, {}});
  bench.receive(protocol::PubRec{2, {}, {}});
  bench.receive(protocol::PubComp{2, {}, {}});
  CHECK(bench.handler.take() == "connected | published 11 | published 12 perhaps twice");
}

TEST_CASE("3.1 has no Session Present: the session counts as kept") {
  Interrupted bench(Version::v31);
  bench.connect(false);
  CHECK(bench.take() == all_again);
}

TEST_CASE("nothing is sent again while the connection stands") {
  Bench bench;
  bench.connect();
  bench.publish("t", "p", 1);
  bench.take();
  bench.now += std::chrono::seconds(50);
  bench.session.advance(bench.now);
  CHECK(bench.output.empty());
}

TEST_CASE("a smaller Receive Maximum: sent again bit by bit, before anything new") {
  Interrupted bench;
  const With one = With(PacketType::connack)(PropertyId::receive_maximum, 1);
  bench.connect(true, one);
  CHECK(bench.take() == "PUBLISH q1 dup #1 [t] one");
  CHECK_FALSE(bench.accepted("t", "new", 0));
  CHECK_FALSE(bench.accepted("t", "new", 1));
  bench.handler.take();
  bench.receive(protocol::PubAck{1, {}, {}});
  CHECK(bench.take() == "PUBREL #2");
  bench.receive(protocol::PubComp{2, {}, {}});
  CHECK(bench.take() == "PUBLISH q2 dup #3 [t] three");
  CHECK(bench.handler.take() == "published 11 | published 12");
  bench.receive(protocol::PubRec{3, {}, {}});
  bench.receive(protocol::PubComp{3, {}, {}});
  CHECK(bench.handler.take() == "published 13 | ready");
  CHECK(bench.accepted("t", "new", 1));
}

TEST_CASE(
    "an acknowledgement of what is still to be sent again ends it, and frees no place twice") {
  Interrupted bench;
  const With one = With(PacketType::connack)(PropertyId::receive_maximum, 1);
  bench.connect(true, one);
  bench.receive(protocol::PubRec{3, {}, {}});
  bench.receive(protocol::PubComp{3, {}, {}});
  bench.take();
  bench.receive(protocol::PubAck{1, {}, {}});
  CHECK(bench.take() == "PUBREL #2");
  bench.receive(protocol::PubComp{2, {}, {}});
  CHECK(bench.session.inflight() == 0);
  CHECK(bench.accepted("t", "new", 1));
  CHECK_FALSE(bench.accepted("t", "new", 1));
}

TEST_CASE("sending again goes on as the output drains") {
  Bench bench;
  bench.settings.resume = true;
  bench.settings.output_bytes = 100;
  bench.connect();
  const std::string payload(60, 'x');
  while (bench.accepted("t", payload, 1)) bench.take_bytes();
  const auto count = bench.session.inflight();
  REQUIRE(count == 1000);
  bench.lose();
  bench.connect(true);
  CHECK(bench.output.pending() < 300);
  std::size_t packets = 0;
  std::string bytes;
  while (!bench.output.empty()) {
    Bytes piece[1];
    bench.output.gather(piece);
    bytes += piece[0].substr(0, 50);
    bench.output.consume(std::min<std::size_t>(50, piece[0].size()));
  }
  for (Bytes rest = bytes; !rest.empty(); ++packets)
    rest.remove_prefix(protocol::next_frame(rest)->frame->size);
  CHECK(packets == count);
}

TEST_CASE("PUBREL sent again may find the identifier released already: delivered") {
  Interrupted bench;
  bench.connect(true);
  bench.handler.take();
  bench.receive(protocol::PubComp{2, ReasonCode::packet_identifier_not_found, {}});
  CHECK(bench.handler.take() == "published 12");
}

TEST_CASE("what the server no longer takes ends with the reason, and does not end the connection") {
  Interrupted bench;
  SUBCASE("Maximum QoS") {
    const With limit = With(PacketType::connack)(PropertyId::maximum_qos, 1);
    bench.connect(false, limit);
    CHECK(bench.take() == "PUBLISH q1 #1 [t] one");
    CHECK(bench.handler.take() ==
          "connected | published 12 0x9B perhaps twice | published 13 0x9B perhaps twice");
  }
  SUBCASE("Maximum Packet Size") {
    const With limit = With(PacketType::connack)(PropertyId::maximum_packet_size, 11);
    bench.connect(true, limit);
    CHECK(bench.take() == "PUBLISH q1 dup #1 [t] one | PUBREL #2");
    CHECK(bench.handler.take() == "connected present | published 13 0x95");
  }
}

TEST_CASE("a retained message meets a server that retains no more") {
  Bench bench;
  bench.settings.resume = true;
  bench.connect();
  auto retained = message("t", "p", 1);
  retained.retain = true;
  bench.publish(retained, 4);
  bench.lose();
  bench.handler.take();
  const With limit = With(PacketType::connack)(PropertyId::retain_available, 0);
  bench.connect(true, limit);
  CHECK(bench.handler.take() == "connected present | published 4 0x9A");
}

TEST_CASE("borrowed payloads are sent again from where they are") {
  Bench bench;
  bench.settings.resume = true;
  bench.connect();
  const std::string large(3000, 'l');
  REQUIRE(bench.session.publish(message("t", large, 2), 3, Payload::borrowed, bench.now));
  bench.lose();
  bench.connect(true);
  CHECK(bench.take() == "PUBLISH q2 dup #1 [t] 3000 bytes");
  bench.receive(protocol::PubRec{1, {}, {}});
  CHECK(bench.take() == "PUBREL #1");
}

TEST_CASE("reset forgets everything") {
  Interrupted bench;
  bench.session.reset();
  CHECK(bench.session.inflight() == 0);
  bench.connect(false);
  CHECK(bench.take().empty());
  CHECK(bench.publish("t", "p", 1)->packet_identifier == 4);
}

TEST_CASE("the version does not change under unacknowledged messages") {
  Interrupted bench;
  const auto status = bench.session.transport_opened(Version::v311, {"me", {}, {}}, bench.now);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ExitCode::usage);
  CHECK(bench.session.phase() == Phase::offline);
}
