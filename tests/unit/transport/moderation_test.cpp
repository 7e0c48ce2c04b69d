#include "transport/moderation.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using transport::Moderation;

namespace {

constexpr Duration usual_pause = std::chrono::microseconds(100);

Time wake_often(Moderation& moderation, Time now, int times, Duration interval) {
  for (int i = 0; i < times; ++i) moderation.woken(now += interval);
  return now;
}

Time wake_until_it_rests(Moderation& moderation) {
  Time now = std::chrono::seconds(1);
  for (int i = 0; i < 20 && moderation.rest(never) == Duration(0); ++i)
    now = wake_often(moderation, now, 1, usual_pause / 10);
  return now;
}

}  // namespace

TEST_CASE("a stream of close wake-ups makes the loop rest, a burst does not") {
  Moderation moderation;
  moderation.set_pause(usual_pause);
  wake_often(moderation, std::chrono::seconds(1), 10, usual_pause / 10);
  CHECK(moderation.rest(never) == Duration(0));
  wake_until_it_rests(moderation);
  CHECK(moderation.rest(never) == usual_pause);
}

TEST_CASE("wake-ups that are apart never make it rest") {
  Moderation moderation;
  moderation.set_pause(usual_pause);
  wake_often(moderation, std::chrono::seconds(1), 100, usual_pause * 2);
  CHECK(moderation.rest(never) == Duration(0));
}

TEST_CASE("it rests as long as every rest finds something, and no longer") {
  Moderation moderation;
  moderation.set_pause(usual_pause);
  Time now = wake_until_it_rests(moderation);
  moderation.rested(now += usual_pause);
  moderation.woken(now += std::chrono::microseconds(1));
  CHECK(moderation.rest(never) == usual_pause);
  moderation.rested(now += usual_pause);
  moderation.woken(now += usual_pause);
  CHECK(moderation.rest(never) == Duration(0));
}

TEST_CASE("a wait that is due soon is not put off") {
  Moderation moderation;
  moderation.set_pause(usual_pause);
  Time now = wake_until_it_rests(moderation);
  CHECK(moderation.rest(now) == Duration(0));
  CHECK(moderation.rest(now + usual_pause * 2) == usual_pause);
}

TEST_CASE("without a usual_pause it never rests") {
  Moderation moderation;
  wake_often(moderation, std::chrono::seconds(1), 100, Duration(1));
  CHECK_FALSE(moderation.is_on());
  CHECK(moderation.rest(never) == Duration(0));
}
