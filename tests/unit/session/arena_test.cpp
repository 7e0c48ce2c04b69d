#include "session/arena.hpp"

#include <cstring>
#include <deque>
#include <string>

#include <doctest/doctest.h>

#include "base/random.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;

namespace {

std::uint64_t put(Arena& arena, const std::string& packet) {
  std::memcpy(arena.reserve(packet.size()).data(), packet.data(), packet.size());
  return arena.commit(packet.size());
}

}  // namespace

TEST_CASE("packets come and go in order, whatever the ring does below them") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Arena arena(1024);
    struct Held {
      std::uint64_t position;
      std::string packet;
    };
    std::deque<Held> held;
    std::size_t bytes = 0;
    for (int i = 0; i < 500; ++i) {
      const std::string packet(1 + random() % 300, static_cast<char>('a' + i % 26));
      if (random() % 2 == 0 && arena.fits(packet.size())) {
        held.push_back({put(arena, packet), packet});
        bytes += packet.size();
      } else if (!held.empty()) {
        bytes -= held.front().packet.size();
        held.pop_front();
        arena.release_to(held.empty() ? arena.end() : held.front().position);
      }
      REQUIRE(bytes <= 1024);
      for (const Held& one : held)
        REQUIRE(std::memcmp(arena.at(one.position), one.packet.data(), one.packet.size()) == 0);
    }
  }
}

TEST_CASE("a packet that would lie across the end of the ring waits for room at its begin") {
  Arena arena(256);
  put(arena, std::string(100, 'a'));
  const auto second = put(arena, std::string(100, 'b'));
  CHECK_FALSE(arena.fits(100));
  arena.release_to(second);
  CHECK(arena.fits(100));
  const auto third = put(arena, std::string(100, 'c'));
  CHECK(std::string(arena.at(third), 100) == std::string(100, 'c'));
  CHECK(arena.at(third) < arena.at(second));
  CHECK_FALSE(arena.fits(1));
}

TEST_CASE("a packet over the bound goes alone") {
  Arena arena(1000);
  CHECK(arena.fits(100'000));
  put(arena, std::string(100'000, 'x'));
  CHECK_FALSE(arena.fits(1));
  arena.clear();
  put(arena, "x");
  CHECK_FALSE(arena.fits(100'000));
}

TEST_CASE("a packet given up after reserve leaves nothing behind") {
  Arena arena(256);
  arena.reserve(200);
  CHECK(arena.fits(256));
  const auto first = put(arena, "first");
  arena.reserve(200);
  CHECK(std::string(arena.at(first), 5) == "first");
  arena.clear();
  CHECK(arena.fits(256));
}
