#include "pub/pace.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using pub::Pace;
using std::chrono::milliseconds;

TEST_CASE("pace: at once when nothing else is asked") {
  transport::Loop loop;
  pub::Plan plan;
  Pace pace(loop, plan, [] {});
  const Time start = loop.now();
  pace.start(start);
  CHECK_FALSE(pace.is_limited());
  for (int i = 0; i < 5; ++i) {
    CHECK(pace.is_due(start));
    pace.sent();
  }
}

TEST_CASE("pace: a rate is an absolute schedule, a late message does not delay the others") {
  transport::Loop loop;
  pub::Plan plan;
  plan.rate = 10;
  Pace pace(loop, plan, [] {});
  const Time start = loop.now();
  pace.start(start);
  CHECK(pace.is_limited());
  CHECK(pace.is_due(start));
  pace.sent();
  CHECK_FALSE(pace.is_due(start + milliseconds(99)));
  CHECK(pace.is_due(start + milliseconds(350)));
  // Three were due by then.
  for (int i = 0; i < 3; ++i) {
    CHECK(pace.is_due(start + milliseconds(350)));
    pace.sent();
  }
  CHECK_FALSE(pace.is_due(start + milliseconds(350)));
}

TEST_CASE("pace: at a rate of next to nothing the second message is far away, not at once") {
  transport::Loop loop;
  pub::Plan plan;
  plan.rate = 1e-10;
  Pace pace(loop, plan, [] {});
  const Time start = loop.now();
  pace.start(start);
  CHECK(pace.is_due(start));
  pace.sent();
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(pace.is_due(start + std::chrono::hours(24 * 365)));
    pace.sent();
  }
}

TEST_CASE("pace: a pause counts from the delivery, not from the sending") {
  transport::Loop loop;
  pub::Plan plan;
  plan.repeat_delay = milliseconds(100);
  Pace pace(loop, plan, [] {});
  const Time start = loop.now();
  pace.start(start);
  CHECK(pace.is_limited());
  CHECK(pace.is_due(start));
  pace.sent();
  CHECK_FALSE(pace.is_due(start + std::chrono::hours(1)));
  pace.delivered(start + milliseconds(50));
  CHECK_FALSE(pace.is_due(start + milliseconds(149)));
  CHECK(pace.is_due(start + milliseconds(150)));
}

TEST_CASE("pace: it calls when the next message is due") {
  transport::Loop loop;
  pub::Plan plan;
  plan.rate = 50;
  bool called = false;
  Pace pace(loop, plan, [&] {
    called = true;
    loop.stop();
  });
  pace.start(loop.now());
  pace.sent();
  CHECK_FALSE(pace.is_due(loop.now()));
  loop.run_until(loop.now() + std::chrono::seconds(30));
  CHECK(called);
}
