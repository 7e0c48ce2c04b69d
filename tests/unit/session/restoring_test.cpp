#include <vector>

#include <doctest/doctest.h>

#include "unit/session/bench.hpp"
#include "unit/session/fake_store.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

namespace {

/// A bench whose session has a store, and lives as often as wanted.
struct Durable : Bench {
  explicit Durable(Version version_given = Version::v5) : Bench(version_given) {
    settings.resume = true;
    settings.clean_start = false;
    live_again();
  }

  Status live_again() {
    output.clear();
    session = Session(settings, handler, output, &store);
    return session.restore();
  }

  bool send(Bytes payload, int qos, Token token) {
    const bool is_accepted = accepted("t", payload, qos, token);
    if (is_accepted) store.describe(message("t", payload, qos));
    return is_accepted;
  }

  void leave(Token token, protocol::PacketIdentifier id) {
    store.sent(token, id, version, false);
    store.describe(message("t", "m", 1));
  }

  FakeStore store;
};

/// QoS 1 #1, QoS 2 #2 (PUBREC came) and QoS 2 #3 unacknowledged, and all of it on disk.
struct Left : Durable {
  explicit Left(Version version_given = Version::v5) : Durable(version_given) {
    connect();
    send("one", 1, 0);
    send("two", 2, 1);
    send("three", 2, 2);
    receive(protocol::PubRec{2, {}, {}});
    REQUIRE(store.commit());
    handler.take();
    store.take();
  }
};

}  // namespace

TEST_CASE("a store is told of each step before its packet could be written") {
  Durable bench;
  bench.connect();
  CHECK(bench.send("one", 1, 0));
  CHECK(bench.send("two", 2, 1));
  CHECK(bench.accepted("t", "not acknowledged, not stored", 0, 7));
  CHECK(bench.store.take() == "sent 0 #1 | sent 1 #2");
  bench.receive(protocol::PubRec{2, {}, {}});
  CHECK(bench.store.take() == "released 1");
  bench.receive(protocol::PubRec{2, {}, {}});
  CHECK(bench.store.take() == "");
  bench.receive(protocol::PubAck{1, {}, {}});
  bench.receive(protocol::PubComp{2, {}, {}});
  CHECK(bench.store.take() == "finished 0 | finished 1");
}

TEST_CASE("a refused message is not finished before somebody has been told") {
  Durable bench;
  bench.connect();
  bench.send("one", 2, 0);
  bench.receive(protocol::PubRec{1, ReasonCode::not_authorized, {}});
  CHECK(bench.store.take() == "sent 0 #1 | refused 0");
  CHECK(bench.handler.take() == "connected | published 0 0x87");
}

TEST_CASE("the next process goes on where the last one ended") {
  for (const auto version : {Version::v5, Version::v311}) {
    Left bench(version);
    REQUIRE(bench.live_again());
    CHECK(bench.session.inflight() == 3);
    CHECK(bench.session.version() == version);
    bench.open();
    CHECK(bench.take() == "CONNECT " + std::string(name(version)) + " resume keep-alive=60 id=me");
    protocol::ConnAck connack;
    connack.session_present = true;
    bench.receive(connack);
    CHECK(bench.take() == "PUBLISH q1 dup #1 [t] one | PUBREL #2 | PUBLISH q2 dup #3 [t] three");
    bench.receive(protocol::PubComp{2, {}, {}});
    bench.receive(protocol::PubAck{1, {}, {}});
    bench.receive(protocol::PubRec{3, {}, {}});
    bench.receive(protocol::PubComp{3, {}, {}});
    CHECK(bench.handler.take() == "connected present | published 1 | published 0 | published 2");
    CHECK(bench.store.take() == "finished 1 | finished 0 | released 2 | finished 2");
    bench.take();
    CHECK(bench.send("four", 1, 3));
    CHECK(bench.take() == "PUBLISH q1 #4 [t] four");
  }
}

TEST_CASE("an identifier released before the last process ended may be unknown now: delivered") {
  Left bench;
  REQUIRE(bench.live_again());
  bench.connect(true);
  bench.handler.take();
  bench.receive(protocol::PubComp{2, ReasonCode::packet_identifier_not_found, {}});
  CHECK(bench.handler.take() == "published 1");
}

TEST_CASE("a session that the server has lost meanwhile is begun anew, and that is written down") {
  Left bench;
  REQUIRE(bench.live_again());
  bench.connect(false);
  CHECK(bench.take() == "PUBLISH q1 #1 [t] one | PUBLISH q2 #2 [t] two | PUBLISH q2 #3 [t] three");
  CHECK(bench.store.take() == "sent 1 #2 twice | sent 2 #3 twice");
  REQUIRE(bench.store.commit());
  REQUIRE(bench.live_again());
  bench.connect(true);
  CHECK(bench.take() ==
        "PUBLISH q1 dup #1 [t] one | PUBLISH q2 dup #2 [t] two | PUBLISH q2 dup #3 [t] three");
  bench.handler.take();
  bench.receive(protocol::PubRec{3, {}, {}});
  bench.receive(protocol::PubComp{3, {}, {}});
  CHECK(bench.handler.take() == "published 2 perhaps twice");
}

TEST_CASE("identifiers finished in between stay free, and the next one follows the last") {
  Durable bench;
  bench.connect();
  for (Token token = 0; token < 5; ++token) bench.send("m", 1, token);
  for (const protocol::PacketIdentifier id : std::vector<protocol::PacketIdentifier>{1, 3, 4})
    bench.receive(protocol::PubAck{id, {}, {}});
  REQUIRE(bench.store.commit());
  REQUIRE(bench.live_again());
  CHECK(bench.session.inflight() == 2);
  bench.connect(true);
  CHECK(bench.take() == "PUBLISH q1 dup #2 [t] m | PUBLISH q1 dup #5 [t] m");
  bench.send("new", 1, 5);
  CHECK(bench.take() == "PUBLISH q1 #6 [t] new");
  bench.handler.take();
  bench.receive(protocol::PubAck{3, {}, {}});
  bench.receive(protocol::PubAck{5, {}, {}});
  bench.receive(protocol::PubAck{2, {}, {}});
  CHECK(bench.handler.take() == "published 4 | published 1");
}

TEST_CASE("identifiers go on behind the largest one") {
  Durable bench;
  bench.leave(0, 65'534);
  bench.leave(1, 65'535);
  bench.leave(2, 2);
  REQUIRE(bench.live_again());
  bench.connect(true);
  CHECK(bench.take() ==
        "PUBLISH q1 dup #65534 [t] m | PUBLISH q1 dup #65535 [t] m | PUBLISH q1 dup #2 [t] m");
  bench.send("new", 1, 3);
  CHECK(bench.take() == "PUBLISH q1 #3 [t] new");
}

TEST_CASE("a store that contradicts itself is not believed") {
  Durable bench;
  bench.leave(0, 7);
  bench.leave(1, 7);
  const auto status = bench.live_again();
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ExitCode::io);
}

TEST_CASE("more than --inflight-bytes was left, and is sent before anything new") {
  Left bench;
  bench.settings.inflight_bytes = 1;
  const std::string large(10'000, 'x');
  for (Token token = 3; token < 6; ++token) CHECK(bench.send(large, 1, token));
  REQUIRE(bench.live_again());
  bench.connect(true);
  CHECK(bench.take_bytes().size() > 30'000);
  CHECK_FALSE(bench.accepted("t", std::string(300, 'x'), 1, 6));
  for (const protocol::PacketIdentifier id : std::vector<protocol::PacketIdentifier>{1, 4, 5, 6})
    bench.receive(protocol::PubAck{id, {}, {}});
  bench.receive(protocol::PubComp{2, {}, {}});
  bench.receive(protocol::PubRec{3, {}, {}});
  bench.receive(protocol::PubComp{3, {}, {}});
  CHECK(bench.accepted("t", std::string(300, 'x'), 1, 6));
}

TEST_CASE("the version cannot change while stored messages are unacknowledged") {
  Left bench(Version::v311);
  REQUIRE(bench.live_again());
  const Identity identity{"me", {}, {}};
  CHECK_FALSE(bench.session.transport_opened(Version::v5, identity, bench.now));
  CHECK(bench.session.transport_opened(Version::v311, identity, bench.now));
}
