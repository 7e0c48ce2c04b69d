#include "base/time.hpp"

#include <ctime>

#include <doctest/doctest.h>

namespace mqtt_toolbox {
namespace {

Time monotonic() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

TEST_CASE("SystemClock is CLOCK_MONOTONIC") {
  SystemClock clock;
  const Time before = monotonic();
  const Time now = clock.now();
  const Time after = monotonic();
  CHECK(before <= now);
  CHECK(now <= after);
  CHECK(now < never);
}

}  // namespace
}  // namespace mqtt_toolbox
