#include <array>

#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

// What is refused before a packet has come: by its type or by the length that it announces.

namespace {

/// How many of the bytes, given one by one, are taken before the connection is to end; all of them
/// when it is not.
std::size_t taken_of(Bench& bench, Bytes bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && bench.session.phase() != Phase::closing)
    bench.receive_bytes(bytes.substr(taken++, 1));
  return bench.session.phase() == Phase::closing ? taken - 1 : taken;
}

struct Early {
  std::string_view bytes;
  std::size_t taken;
};

/// CONNACK with so many bytes of User Properties.
std::string connack_with_properties(std::size_t size) {
  protocol::PropertyList list(protocol::PropertyPlace::connack);
  const std::string value(50'000, 'v');
  for (std::size_t i = 0; i < size; i += value.size()) REQUIRE(list.add_user_property("k", value));
  protocol::ConnAck connack;
  connack.properties = list.view();
  return encoded(connack);
}

}  // namespace

TEST_CASE("before CONNACK another packet is refused at its first byte") {
  constexpr std::array packets{"30 FF", "40 FF", "62 FF", "90 FF", "D0 00", "E0 00"};
  for (const Version version : {Version::v31, Version::v311, Version::v5}) {
    for (const char* packet : packets) {
      CAPTURE(packet);
      Bench bench(version);
      bench.open();
      CHECK(taken_of(bench, hex(packet)) == 0);
      CHECK(bench.session.failure()->text == "the broker sent another packet before CONNACK");
    }
  }
}

TEST_CASE("AUTH may come before CONNACK where CONNECT names a method") {
  Bench bench;
  SUBCASE("it does") {
    bench.settings.connect_properties =
        With(PacketType::connect)(PropertyId::authentication_method, "m").list();
    bench.open();
    CHECK(taken_of(bench, hex("F0 00")) == 2);
  }
  SUBCASE("it does not") {
    bench.open();
    CHECK(taken_of(bench, hex("F0 FF")) == 0);
    CHECK(bench.session.failure()->packet == PacketType::auth);
  }
  SUBCASE("it would, but there is none in 3.1.1") {
    Bench older(Version::v311);
    older.settings.connect_properties =
        With(PacketType::connect)(PropertyId::authentication_method, "m").list();
    older.open();
    CHECK(taken_of(older, hex("F0 FF")) == 0);
  }
}

TEST_CASE("the length that CONNACK announces is bounded") {
  for (const Version version : {Version::v31, Version::v311}) {
    const std::array<Early, 4> cases{
        {{"20 02 00 00", 4}, {"20 03", 1}, {"20 FF FF FF 7F", 4}, {"20 80 01", 2}}};
    for (const Early& early : cases) {
      CAPTURE(early.bytes);
      Bench bench(version);
      bench.open();
      CHECK(taken_of(bench, hex(early.bytes)) == early.taken);
    }
  }
  // 1 MiB, and a byte more.
  const std::array<Early, 3> cases{{{"20 80 80 40", 4}, {"20 81 80 40", 3}, {"20 FF FF FF 7F", 4}}};
  for (const Early& early : cases) {
    CAPTURE(early.bytes);
    Bench bench;
    bench.open();
    CHECK(taken_of(bench, hex(early.bytes)) == early.taken);
  }
}

TEST_CASE("a CONNACK of 5.0 with 600 kB of user properties is taken") {
  Bench bench;
  bench.open();
  const std::string connack = connack_with_properties(600'000);
  CHECK(connack.size() > 600'000);
  for (std::size_t at = 0; at < connack.size(); at += 1000)
    bench.receive_bytes(Bytes(connack).substr(at, 1000));
  CHECK(bench.session.phase() == Phase::online);
}

TEST_CASE("a message over the largest size ends the connection at its header") {
  for (const Version version : {Version::v311, Version::v5}) {
    Bench bench(version);
    bench.settings.largest_packet = 100;
    bench.connect();
    bench.handler.take();
    const std::size_t properties = version == Version::v5 ? 1 : 0;
    bench.receive(message("t", std::string(95 - properties, 'x'), 0));
    CHECK(bench.session.phase() == Phase::online);
    CHECK(taken_of(bench, hex("30 63 00 01 74")) == 1);
    CHECK(bench.session.failure()->reason == ReasonCode::packet_too_large);
    CHECK(describe(*bench.session.failure()) ==
          "the broker sent a PUBLISH of 101 bytes, and at most 100 are taken; give "
          "--max-message-size 101 or more");
    CHECK(bench.take() == (version == Version::v5 ? "DISCONNECT 0x95" : ""));
  }
}

TEST_CASE("of the largest size and the Maximum Packet Size the smaller one rules") {
  Bench bench;
  bench.settings.connect_properties =
      With(PacketType::connect)(PropertyId::maximum_packet_size, 100).list();
  SUBCASE("the property") {
    bench.settings.largest_packet = 1000;
  }
  SUBCASE("the setting") {
    bench.settings.largest_packet = 90;
  }
  const std::uint32_t limit = std::min(bench.settings.largest_packet, 100u);
  bench.connect();
  CHECK(taken_of(bench, hex("30 7F")) == 1);
  const auto oversize = bench.session.failure()->oversize;
  REQUIRE(oversize);
  CHECK(oversize->size == 129);
  CHECK(oversize->limit == limit);
  CHECK(oversize->is_announced == (limit == 100));
}
