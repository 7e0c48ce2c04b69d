#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::Version;

namespace {

constexpr std::size_t most = 16u << 10;

/// A server that sends packets which this side has to answer, and reads nothing.
struct Flooded : Bench {
  explicit Flooded(Version version_given = Version::v5) : Bench(version_given) {
    settings.keep_alive = 0;
    settings.unread_bytes = most;
    settings.unread_timeout = seconds(20);
    connect();
  }
  /// Until this side wants no more, at most `rounds` times 1 KiB.
  void receive_until_full(const protocol::Packet& packet, std::size_t rounds) {
    std::string bytes;
    const std::string one = encoded(packet, version);
    while (bytes.size() < 1u << 10) bytes += one;
    while (rounds-- != 0 && session.may_receive()) receive_bytes(bytes);
    progress.look(output.written(), output.pending(), start);
  }
  void at(int second) {
    now = start + seconds(second);
    progress.look(output.written(), output.pending(), now);
    session.advance(now, progress);
  }
  int deadline() const { return static_cast<int>((session.deadline() - start) / seconds(1)); }

  Time start = now;
  SendProgress progress;
};

constexpr std::size_t enough = 1000;  ///< rounds

}  // namespace

TEST_CASE("nothing more is to be read while too many answers wait, until half has been written") {
  for (const Version version : {Version::v311, Version::v5}) {
    Flooded bench(version);
    SUBCASE("PUBACK") {
      bench.receive_until_full(message("t", "", 1, 1), enough);
    }
    SUBCASE("PUBREC") {
      bench.receive_until_full(message("t", "", 2, 1), enough);
    }
    SUBCASE("PUBREL") {
      bench.receive_until_full(protocol::PubRec{7, {}, {}}, enough);
    }
    SUBCASE("PUBCOMP") {
      bench.receive_until_full(protocol::PubRel{7, {}, {}}, enough);
    }
    CHECK_FALSE(bench.session.may_receive());
    CHECK(bench.output.pending() > most);
    CHECK(bench.output.pending() < most + (2u << 10));
    bench.output.consume(bench.output.pending() - most / 2 - 1);
    CHECK_FALSE(bench.session.may_receive());
    bench.output.consume(1);
    CHECK(bench.session.may_receive());
    CHECK(bench.session.phase() == Phase::online);
  }
}

TEST_CASE("a server that reads gets answers without end, also behind messages of this side's") {
  Flooded bench;
  const std::string large(20u << 10, 'x');
  bench.settings.inflight_bytes = 2 * large.size();
  REQUIRE(bench.session.publish(message("t", large, 1), 1, Payload::borrowed, bench.now));
  bench.receive_until_full(message("t", "", 1, 1), 4);
  CHECK(bench.output.pending() > most);
  CHECK(bench.session.may_receive());
  for (int i = 0; i < 10; ++i) {
    bench.take_bytes();
    bench.receive_until_full(message("t", "", 1, 1), 20);
    CHECK(bench.session.may_receive());
  }
}

TEST_CASE("answers that nobody reads end the connection, after the time-out without progress") {
  Flooded bench;
  CHECK(bench.session.deadline() == never);
  bench.receive_until_full(message("t", "", 1, 1), enough);
  CHECK(bench.deadline() == 20);
  SUBCASE("no byte leaves") {
    bench.at(19);
    CHECK(bench.session.phase() == Phase::online);
    const auto pending = bench.output.pending();
    bench.at(20);
    CHECK(bench.session.phase() == Phase::closing);
    CHECK(bench.session.failure()->text == "the broker sends, but does not read the answers");
    CHECK(bench.output.pending() == pending);
  }
  SUBCASE("a byte leaves now and then") {
    for (int second = 15; second <= 150; second += 15) {
      bench.output.consume(1);
      bench.at(second);
      CHECK(bench.session.phase() == Phase::online);
    }
    CHECK(bench.deadline() == 170);
    bench.at(170);
    CHECK(bench.session.phase() == Phase::closing);
  }
  SUBCASE("they leave in time") {
    bench.take_bytes();
    CHECK(bench.session.may_receive());
    CHECK(bench.session.deadline() == never);
    bench.at(100);
    CHECK(bench.session.phase() == Phase::online);
  }
}

TEST_CASE("answers of one connection do not count on the next") {
  Flooded bench;
  bench.receive_until_full(message("t", "", 1, 1), enough);
  CHECK_FALSE(bench.session.may_receive());
  bench.connect();
  CHECK(bench.session.may_receive());
  bench.receive(message("t", "", 1, 1));
  CHECK(bench.session.may_receive());
  CHECK(bench.session.deadline() == never);
}
