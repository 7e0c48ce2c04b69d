#include "check/turns.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

namespace mqtt_toolbox::check {
namespace {

TEST_CASE("the turn is the lowest number's, and nobody else's until that has left") {
  Turns turns;
  Turns::Place first(turns, 1);
  std::atomic<bool> is_waiting = false, has_left = false, was_early = false;
  std::jthread other([&] {
    Turns::Place second(turns, 2);
    is_waiting = true;
    is_waiting.notify_all();
    second.take();
    was_early = !has_left;
  });
  is_waiting.wait(false);
  first.take();
  has_left = true;
  first.leave();
  other.join();
  CHECK_FALSE(was_early);
}

TEST_CASE("one that has left may enter again") {
  Turns turns;
  Turns::Place only(turns, 1);
  for (int i = 0; i < 2; ++i) {
    only.take();
    only.leave();
  }
  Turns::Place next(turns, 2);
  next.take();
}

}  // namespace
}  // namespace mqtt_toolbox::check
