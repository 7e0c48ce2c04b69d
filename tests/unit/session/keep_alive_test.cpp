#include "session/keep_alive.hpp"

#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;

namespace {

/// Keep Alive 10 s, PINGRESP time-out 5 s, connected at 0 s.
struct Pinging : Bench {
  Pinging() {
    settings.keep_alive = 10;
    settings.ping_response_timeout = seconds(5);
    connect();
    start = now;
  }
  void at(int second) {
    now = start + seconds(second);
    session.advance(now);
  }
  int deadline() const { return static_cast<int>((session.deadline() - start) / seconds(1)); }
  Time start{0};
};

}  // namespace

TEST_CASE("PINGREQ when nothing was sent for the Keep Alive") {
  Pinging bench;
  CHECK(bench.deadline() == 10);
  bench.at(9);
  CHECK(bench.output.empty());
  CHECK(bench.accepted("t", "p", 0));
  bench.take();
  CHECK(bench.deadline() == 19);
  bench.at(19);
  CHECK(bench.take_bytes() == hex("C0 00"));
  CHECK(bench.deadline() == 24);
  bench.receive(protocol::PingResp{});
  CHECK(bench.deadline() == 29);
  CHECK(bench.session.phase() == Phase::online);
}

TEST_CASE("without PINGRESP the connection is lost, and no DISCONNECT is wasted on it") {
  Pinging bench;
  bench.at(10);
  bench.take();
  bench.at(14);
  CHECK(bench.session.phase() == Phase::online);
  bench.at(15);
  CHECK(bench.session.phase() == Phase::closing);
  CHECK(bench.session.failure()->reason == ReasonCode::keep_alive_timeout);
  CHECK(bench.session.failure()->text == "the broker did not answer PINGREQ");
  CHECK(bench.output.empty());
  CHECK(bench.session.deadline() == never);
}

TEST_CASE("without a time-out of its own a PINGRESP has the Keep Alive, from 5 to 20 s") {
  const auto allowed = [](std::uint16_t keep_alive) {
    KeepAlive timer;
    timer.start(keep_alive, std::nullopt, Time(0));
    timer.pingreq_sent(Time(0));
    timer.sent(Time(std::chrono::hours(1)));  // so that the next PINGREQ is far away
    return timer.deadline() / seconds(1);
  };
  CHECK(allowed(1) == 5);
  CHECK(allowed(10) == 10);
  CHECK(allowed(600) == 20);
}

TEST_CASE("any packet is a sign of life") {
  Pinging bench;
  bench.at(10);
  bench.take();
  bench.now = bench.start + seconds(14);
  bench.receive(message("t", "p", 0));
  CHECK(bench.deadline() == 19);
  bench.at(18);
  CHECK(bench.session.phase() == Phase::online);
  bench.at(19);
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE("a time-out longer than the Keep Alive still lets every PINGREQ go") {
  Pinging bench;
  bench.settings.ping_response_timeout = seconds(25);
  bench.connect();
  for (const int second : {10, 20, 30}) {
    CHECK(bench.deadline() == second);
    bench.at(second);
    CHECK(bench.take() == "PINGREQ");
  }
  bench.at(35);  // 25 s after the first PINGREQ
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE("while reading is paused PINGREQ goes on and the time-out rests") {
  Pinging bench;
  bench.session.reading_paused(true, bench.now);
  bench.at(10);
  bench.at(20);
  bench.at(30);
  CHECK(bench.take() == "PINGREQ | PINGREQ | PINGREQ");
  CHECK(bench.session.phase() == Phase::online);
  bench.now = bench.start + seconds(38);
  bench.session.reading_paused(false, bench.now);
  CHECK(bench.deadline() == 40);
  bench.at(42);
  CHECK(bench.session.phase() == Phase::online);
  bench.at(43);
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE("Server Keep Alive replaces this side's; 0 is off") {
  Bench bench;
  bench.settings.keep_alive = 10;
  SUBCASE("shorter") {
    const With server = With(PacketType::connack)(PropertyId::server_keep_alive, 3);
    bench.connect(false, server);
    CHECK(bench.session.deadline() == bench.now + seconds(3));
  }
  SUBCASE("off") {
    const With server = With(PacketType::connack)(PropertyId::server_keep_alive, 0);
    bench.connect(false, server);
    CHECK(bench.session.deadline() == never);
  }
  SUBCASE("off on this side, nothing from the server") {
    bench.settings.keep_alive = 0;
    bench.connect();
    CHECK(bench.session.deadline() == never);
  }
}

TEST_CASE("no deadline before CONNACK and after the end") {
  Bench bench;
  CHECK(bench.session.deadline() == never);
  bench.open();
  CHECK(bench.session.deadline() == never);
  bench.receive(protocol::ConnAck{});
  CHECK(bench.session.deadline() == bench.now + seconds(60));
  bench.lose();
  CHECK(bench.session.deadline() == never);
}

TEST_CASE("a packet that takes long to write is a sign of life as long as it moves") {
  Pinging bench;
  const std::string large(1'000'000, 'x');
  REQUIRE(bench.session.publish(message("t", large, 0), 0, Payload::borrowed, bench.now));
  for (int second = 4; second <= 60; second += 4) {
    bench.output.consume(1000);
    bench.at(second);
    CHECK(bench.session.phase() == Phase::online);
  }
  bench.at(70);
  bench.at(75);
  CHECK(bench.session.phase() == Phase::closing);
}

TEST_CASE(
    "what the transport still has to send counts as well, and the time-out from its last byte") {
  Pinging bench;
  SendProgress progress;
  std::uint64_t sent = 0;
  const auto at = [&](int second, std::uint64_t left, std::size_t waiting) {
    sent += left;
    progress.look(sent, waiting, bench.start + seconds(second));
    bench.now = bench.start + seconds(second);
    bench.session.advance(bench.now, progress);
    return bench.session.phase() == Phase::online;
  };
  CHECK(at(0, 0, 50'000));
  // Nothing moves until the tenth second, so that a PINGREQ goes behind what waits.
  CHECK(at(10, 0, 50'002));
  CHECK(bench.take() == "PINGREQ");
  for (int second = 14; second <= 50; second += 4) CHECK(at(second, 1000, 1000));
  CHECK(bench.take() == "");
  CHECK(at(51, 1000, 0));
  // It has 5 s from when bytes were last seen to leave others behind.
  CHECK(at(54, 0, 0));
  CHECK_FALSE(at(55, 0, 0));
}

TEST_CASE("what leaves at once is no sign that the server lives") {
  SendProgress progress;
  progress.look(100, 0, seconds(1));
  progress.look(102, 0, seconds(11));
  CHECK(progress.last_progress() == Time(0));
  progress.look(200, 10, seconds(20));
  CHECK(progress.last_progress() == seconds(20));
  progress.look(200, 10, seconds(21));
  CHECK(progress.last_progress() == seconds(20));
  progress.look(210, 0, seconds(22));
  progress.look(212, 0, seconds(30));
  CHECK(progress.last_progress() == seconds(20));
}

TEST_CASE("while bytes wait a time-out is looked at more often, so that it ends in time") {
  SendProgress progress;
  CHECK(progress.next_look(seconds(60), seconds(0)) == seconds(60));
  progress.look(0, 1, seconds(0));
  CHECK(progress.next_look(seconds(60), seconds(0)) == seconds(1));
  CHECK(progress.next_look(seconds(2), seconds(0)) == milliseconds(500));
  CHECK(progress.next_look(milliseconds(10), seconds(0)) == milliseconds(10));
  CHECK(progress.next_look(seconds(1), seconds(2)) == seconds(1));
  CHECK(progress.next_look(never, seconds(0)) == never);
}
