#include "session/inflight.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::session;

namespace {

Inflight::Sequence push(Inflight& inflight, Token token) {
  inflight.reserve(4);
  InflightEntry entry;
  entry.token = token;
  entry.size = 4;
  entry.awaiting = Awaiting::puback;
  inflight.push(entry);
  return inflight.end() - 1;
}

}  // namespace

TEST_CASE("an identifier finds its entry while that is unfinished") {
  Inflight inflight(1 << 20);
  CHECK(inflight.find(1) == inflight.end());
  for (Token token = 0; token < 10; ++token) push(inflight, token);
  for (unsigned id = 1; id <= 10; ++id)
    CHECK(inflight.at(inflight.find(static_cast<std::uint16_t>(id))).token == id - 1);
  CHECK(inflight.find(0) == inflight.end());
  CHECK(inflight.find(11) == inflight.end());
  inflight.finish(inflight.find(5));
  CHECK(inflight.find(5) == inflight.end());
  CHECK(inflight.size() == 9);
  CHECK(inflight.begin() == 0);
  for (const int id : {2, 3, 4, 1}) inflight.finish(inflight.find(static_cast<std::uint16_t>(id)));
  CHECK(inflight.begin() == 5);
}

TEST_CASE("identifiers go round") {
  Inflight inflight(1 << 20);
  for (Token token = 0; token < 200'000; ++token) {
    const auto id = inflight.next_identifier();
    REQUIRE(id == token % 65'535 + 1);
    const auto sequence = push(inflight, token);
    REQUIRE(inflight.find(id) == sequence);
    if (token >= 3) {
      const auto oldest = inflight.begin();
      REQUIRE(inflight.find(inflight.identifier(oldest)) == oldest);
      inflight.finish(oldest);
    }
  }
  CHECK(inflight.size() == 3);
}

TEST_CASE("no more than there are identifiers from the oldest to the newest") {
  Inflight inflight(1 << 20);
  for (int i = 0; i < 65'535; ++i) {
    REQUIRE(inflight.has_room(4));
    push(inflight, 0);
  }
  CHECK_FALSE(inflight.has_room(4));
  inflight.finish(1);
  CHECK_FALSE(inflight.has_room(4));
  inflight.finish(0);
  CHECK(inflight.has_room(4));
}

TEST_CASE("a borrowed payload is remembered behind its header") {
  Inflight inflight(1024);
  const std::string payload(10, 'p');
  inflight.reserve(4 + sizeof(BorrowedPayload));
  InflightEntry entry;
  entry.size = 4;
  entry.borrowed = true;
  entry.awaiting = Awaiting::puback;
  const InflightEntry& stored = inflight.push(entry);
  inflight.set_borrowed_payload(stored, {payload.data(), payload.size(), 99});
  const auto after = push(inflight, 1);
  CHECK(inflight.at(after).position == inflight.at(0).position + 4 + sizeof(BorrowedPayload));
  CHECK(inflight.borrowed_payload(inflight.at(0)).data == payload.data());
  CHECK(inflight.borrowed_payload(inflight.at(0)).written_at == 99);
}

namespace {

/// Pushes `count` entries and finishes each at once, as long as there is room.
void pass(Inflight& inflight, int count) {
  for (int i = 0; i < count; ++i) {
    REQUIRE(inflight.has_room(4));
    const auto id = inflight.next_identifier();
    REQUIRE(inflight.find(id) == inflight.end());
    push(inflight, 99);
    inflight.finish(inflight.find(id));
    if (inflight.is_sparse()) inflight.compact();
  }
}

}  // namespace

TEST_CASE("one that is never finished neither stops the others nor keeps their memory") {
  Inflight inflight(1 << 20);
  push(inflight, 0);
  push(inflight, 1);
  inflight.finish(0);
  push(inflight, 2);
  pass(inflight, 200'000);
  CHECK(inflight.size() == 2);
  CHECK(inflight.end() - inflight.begin() <= 4200);
  CHECK(inflight.at(inflight.find(2)).token == 1);
  CHECK(inflight.at(inflight.find(3)).token == 2);
  CHECK(inflight.identifier(inflight.begin()) == 2);
  // In the order of sending, also after many moves.
  CHECK(inflight.at(inflight.begin()).token == 1);
  inflight.finish(inflight.find(2));
  inflight.finish(inflight.find(3));
  CHECK(inflight.find(2) == inflight.end());
  CHECK(inflight.size() == 0);
  pass(inflight, 70'000);
}

TEST_CASE("moved packets keep their bytes and their borrowed payloads") {
  Inflight inflight(1 << 14);
  const std::string payload(10, 'p');
  const auto room = inflight.reserve(4 + sizeof(BorrowedPayload));
  std::copy_n("head", 4, room.begin());
  InflightEntry entry;
  entry.size = 4;
  entry.borrowed = true;
  entry.awaiting = Awaiting::puback;
  inflight.set_borrowed_payload(inflight.push(entry), {payload.data(), payload.size(), 99});
  // The bound on the bytes comes long before the one on the entries.
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(inflight.has_room(1000));
    inflight.reserve(1000);
    InflightEntry large;
    large.size = 1000;
    large.awaiting = Awaiting::puback;
    inflight.push(large);
    inflight.finish(inflight.end() - 1);
    if (inflight.is_sparse()) inflight.compact();
  }
  const InflightEntry& moved = inflight.at(inflight.find(1));
  CHECK(std::string_view(inflight.packet(moved), 4) == "head");
  CHECK(inflight.borrowed_payload(moved).data == payload.data());
  CHECK(inflight.borrowed_payload(moved).written_at == 99);
}

TEST_CASE("stored identifiers that have gone round an unfinished one can be continued at") {
  constexpr std::array<std::uint16_t, 5> gone_round{5, 65'530, 3, 6, 4};
  Inflight inflight(1 << 20);
  for (const std::uint16_t id : gone_round) {
    REQUIRE(inflight.continue_at(id));
    CHECK(inflight.next_identifier() == id);
    push(inflight, id);
  }
  CHECK(inflight.next_identifier() == 7);
  for (const std::uint16_t id : gone_round) {
    CHECK_FALSE(inflight.continue_at(id));
    CHECK(inflight.at(inflight.find(id)).token == id);
  }
  CHECK(inflight.at(inflight.begin()).token == 5);
}
