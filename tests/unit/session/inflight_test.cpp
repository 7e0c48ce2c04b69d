#include "session/inflight.hpp"

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
      REQUIRE(inflight.find(Inflight::identifier(oldest)) == oldest);
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
