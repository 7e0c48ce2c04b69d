#include "record/wall_time.hpp"

#include <ctime>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "unit/base/seed.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

std::string text_of(UtcTimeText& writer, std::int64_t nanoseconds) {
  std::string text;
  writer.append(text, {nanoseconds});
  return text;
}

/// What the C library says.
std::string expected_text(std::int64_t nanoseconds) {
  const SplitTime parts = split({nanoseconds});
  const std::time_t second = parts.second;
  std::tm fields{};
  gmtime_r(&second, &fields);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &fields);
  const std::string microseconds = std::to_string(1'000'000 + parts.nanosecond / 1000);
  return std::string(text, size) + microseconds.substr(1) + "Z";
}

}  // namespace

TEST_CASE("a time is shown in UTC, cut to microseconds") {
  UtcTimeText writer;
  CHECK(text_of(writer, 0) == "1970-01-01T00:00:00.000000Z");
  CHECK(text_of(writer, 1'770'091'506'789'012'999) == "2026-02-03T04:05:06.789012Z");
  CHECK(text_of(writer, -1) == "1969-12-31T23:59:59.999999Z");
  CHECK(text_of(writer, INT64_MAX) == "2262-04-11T23:47:16.854775Z");
  CHECK(text_of(writer, INT64_MIN) == "1677-09-21T00:12:43.145224Z");
}

TEST_CASE("times agree with the C library, in any order") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  UtcTimeText writer;
  auto nanoseconds = static_cast<std::int64_t>(random());
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 4 == 0) nanoseconds = static_cast<std::int64_t>(random());
    if (nanoseconds < INT64_MAX / 2) nanoseconds += static_cast<std::int64_t>(random() % (1 << 29));
    CAPTURE(nanoseconds);
    REQUIRE(text_of(writer, nanoseconds) == expected_text(nanoseconds));
  }
}

TEST_CASE("the system's clock is in this age") {
  SystemWallClock clock;
  const WallTime first = clock.now();
  CHECK(first.nanoseconds > 1'700'000'000LL * 1'000'000'000);
  CHECK(clock.now() >= first);
}
