#include "transport/loop.hpp"

#include <csignal>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/system.hpp"

namespace {

using mqtt_toolbox::FileDescriptor;
using mqtt_toolbox::never;
using mqtt_toolbox::Time;
using mqtt_toolbox::transport::Interest;
using mqtt_toolbox::transport::Loop;
using namespace std::chrono_literals;

struct Pair {
  Pair() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    near.reset(ends[0]);
    far.reset(ends[1]);
  }
  void send_far() { REQUIRE(write(far.get(), "x", 1) == 1); }
  char take() {
    char byte = 0;
    return read(near.get(), &byte, 1) == 1 ? byte : '-';
  }
  FileDescriptor near, far;
};

TEST_CASE("timers fire in the order of their deadlines") {
  Loop loop;
  std::string fired;
  Loop::Timer last(loop, [&] {
    fired += 'c';
    loop.stop();
  });
  Loop::Timer first(loop, [&] { fired += 'a'; });
  Loop::Timer second(loop, [&] { fired += 'b'; });
  Time start = loop.now();
  last.arm(start + 3ms);
  second.arm(start + 2ms);
  first.arm(start + 1ms);
  CHECK(loop.run_until(start + 5s));
  CHECK(fired == "abc");
  CHECK(loop.now() >= start + 3ms);
}

TEST_CASE("timers with the same deadline fire in the order of arming") {
  Loop loop;
  std::string fired;
  std::vector<std::unique_ptr<Loop::Timer>> timers;
  Time deadline = loop.now() + 1ms;
  for (char name = 'a'; name <= 'z'; ++name) {
    timers.push_back(std::make_unique<Loop::Timer>(loop, [&fired, name] { fired += name; }));
    timers.back()->arm(deadline);
  }
  timers[0]->arm(deadline);
  loop.run_until(deadline);
  CHECK(fired == "bcdefghijklmnopqrstuvwxyza");
}

TEST_CASE("a timer moved later fires once, at its new time") {
  Loop loop;
  int fired = 0;
  Loop::Timer timer(loop, [&] { ++fired; });
  Time start = loop.now();
  timer.arm(start + 1ms);
  timer.arm(start + 20ms);
  CHECK_FALSE(loop.run_until(start + 10ms));
  CHECK(fired == 0);
  CHECK_FALSE(loop.run_until(start + 30ms));
  CHECK(fired == 1);
  CHECK_FALSE(loop.run_until(start + 40ms));
  CHECK(fired == 1);
}

TEST_CASE("a timer moved earlier fires at its new time") {
  Loop loop;
  Loop::Timer timer(loop, [&] { loop.stop(); });
  timer.arm(loop.now() + 10s);
  timer.arm(loop.now() + 1ms);
  CHECK(loop.run_until(loop.now() + 5s));
}

TEST_CASE("far timers fire in time, also when moved to and fro") {
  Loop loop;
  std::string fired;
  Time start = loop.now();
  Loop::Timer keep_alive(loop, [&] { fired += 'k'; });
  Loop::Timer other(loop, [&] { fired += 'o'; });
  keep_alive.arm(start + 120ms);
  loop.run_until(loop.now());
  keep_alive.arm(start + 60s);
  other.arm(start + 200ms);
  CHECK_FALSE(loop.run_until(start + 130ms));
  CHECK(loop.now() >= start + 130ms);
  CHECK_FALSE(loop.run_until(start + 230ms));
  CHECK(fired == "o");
  keep_alive.arm(start + 350ms);
  other.arm(start + 60s);
  CHECK_FALSE(loop.run_until(start + 400ms));
  CHECK(fired == "ok");
  CHECK(loop.now() < start + 60s);
}

TEST_CASE("a stop in the turn of a far timer does not lose it") {
  Loop loop;
  Pair pair;
  Loop::Watch watch(loop, pair.near.get(), [&](Interest) { loop.stop(); });
  bool fired = false;
  Loop::Timer timer(loop, [&] {
    fired = true;
    loop.stop();
  });
  timer.arm(loop.now() + 110ms);
  CHECK_FALSE(loop.run_until(loop.now()));
  watch.want(Interest::read);
  pair.send_far();
  Time due = loop.now() + 115ms;
  while (mqtt_toolbox::SystemClock().now() < due) {
  }
  CHECK(loop.run_until(never));
  watch.want(Interest::none);
  CHECK(loop.run_until(loop.now() + 5s));
  CHECK(fired);
}

TEST_CASE("disarmed and destroyed timers do not fire") {
  Loop loop;
  int fired = 0;
  Loop::Timer disarmed(loop, [&] { ++fired; });
  auto destroyed = std::make_unique<Loop::Timer>(loop, [&] { ++fired; });
  disarmed.arm(loop.now());
  destroyed->arm(loop.now());
  disarmed.disarm();
  destroyed.reset();
  loop.run_until(loop.now() + 2ms);
  CHECK(fired == 0);
}

TEST_CASE("many timers armed, moved and destroyed at random fire exactly as armed") {
  struct One {
    std::unique_ptr<Loop::Timer> timer;
    Time deadline = never;
    Time fired = never;
  };
  const unsigned seed = 20240501;
  INFO("seed " << seed);
  std::srand(seed);
  Loop loop;
  std::vector<One> all(300);
  Time start = loop.now();
  for (One& one : all) {
    one.timer = std::make_unique<Loop::Timer>(loop, [&one, &loop] { one.fired = loop.now(); });
  }
  for (int i = 0; i < 3000; ++i) {
    One& one = all[static_cast<std::size_t>(std::rand()) % all.size()];
    one.deadline = std::rand() % 5 == 0 ? never : start + std::rand() % 20 * 1ms + 1ms;
    if (one.timer) one.timer->arm(one.deadline);
    if (std::rand() % 50 == 0) one.timer.reset();
  }
  loop.run_until(start + 30ms);
  for (One& one : all) {
    bool expected = one.timer != nullptr && one.deadline != never;
    CHECK((one.fired != never) == expected);
    if (expected) CHECK(one.fired >= one.deadline);
  }
}

TEST_CASE("a timer that is always late does not keep the others from firing") {
  Loop loop;
  Loop::Timer late(loop, [] {});
  Loop::Timer greedy(loop, [&] { greedy.arm(Time(0)); });
  Loop::Timer other(loop, [&] { loop.stop(); });
  greedy.arm(Time(0));
  other.arm(loop.now() + 1ms);
  CHECK(loop.run_until(loop.now() + 5s));
}

TEST_CASE("a timer destroyed inside its own callback") {
  Loop loop;
  std::unique_ptr<Loop::Timer> timer;
  std::string kept = "not yet";
  timer = std::make_unique<Loop::Timer>(loop, [&, text = std::string("long enough for the heap")] {
    timer.reset();
    kept = text;
    loop.stop();
  });
  timer->arm(loop.now());
  CHECK(loop.run_until(loop.now() + 5s));
  CHECK(kept == "long enough for the heap");
}

TEST_CASE("a watch is level-triggered") {
  Loop loop;
  Pair pair;
  int calls = 0;
  Loop::Watch watch(loop, pair.near.get(), [&](Interest ready) {
    CHECK(ready == Interest::read);
    if (++calls == 3) loop.stop();
  });
  watch.want(Interest::read);
  pair.send_far();
  CHECK(loop.run_until(loop.now() + 5s));
  CHECK(calls == 3);
}

TEST_CASE("a watch tells both directions and only what is wanted") {
  Loop loop;
  Pair pair;
  Interest seen = Interest::none;
  Loop::Watch watch(loop, pair.near.get(), [&](Interest ready) {
    seen = ready;
    loop.stop();
  });
  pair.send_far();
  watch.want(Interest::both);
  CHECK(loop.run_until(loop.now() + 5s));
  CHECK(seen == Interest::both);
  watch.want(Interest::write);
  CHECK(loop.run_until(loop.now() + 5s));
  CHECK(seen == Interest::write);
  watch.want(Interest::none);
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
}

TEST_CASE("a hang-up does not wake a watch that wants nothing") {
  Loop loop;
  Pair pair;
  int calls = 0;
  Loop::Watch watch(loop, pair.near.get(), [&](Interest) { ++calls; });
  watch.want(Interest::read);
  loop.run_until(loop.now());
  pair.far.reset();
  watch.want(Interest::none);
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  CHECK(calls == 0);
  watch.want(Interest::read);
  loop.run_until(loop.now());
  CHECK(calls == 1);
}

TEST_CASE("a watch destroyed inside its own callback") {
  Loop loop;
  Pair pair;
  std::unique_ptr<Loop::Watch> watch;
  int calls = 0;
  watch = std::make_unique<Loop::Watch>(loop, pair.near.get(),
                                        [&, guard = std::make_shared<int>(7)](Interest) {
                                          watch.reset();
                                          calls += *guard;
                                        });
  watch->want(Interest::read);
  pair.send_far();
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  CHECK(calls == 7);
}

TEST_CASE("a watch destroyed by another one of the same batch is not called") {
  Loop loop;
  Pair first, second;
  std::unique_ptr<Loop::Watch> watches[2];
  int calls = 0;
  for (int i : {0, 1}) {
    watches[i] =
        std::make_unique<Loop::Watch>(loop, (i == 0 ? first : second).near.get(), [&, i](Interest) {
          ++calls;
          watches[1 - i].reset();
          watches[i]->want(Interest::none);
        });
    watches[i]->want(Interest::read);
  }
  first.send_far();
  second.send_far();
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  CHECK(calls == 1);
}

TEST_CASE("a regular file is always ready, and no longer when not wanted or destroyed") {
  Loop loop;
  FileDescriptor file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  REQUIRE(file);
  int calls = 0;
  std::optional<Loop::Watch> watch;
  watch.emplace(loop, file.get(), [&](Interest ready) {
    CHECK(ready == Interest::read);
    if (++calls == 3) watch->want(Interest::none);
    if (calls == 5) watch.reset();
  });
  watch->want(Interest::read);
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  CHECK(calls == 3);
  watch->want(Interest::read);
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  CHECK(calls == 5);
}

TEST_CASE("defer runs in the next turn without waiting, and what it defers in the one after") {
  Loop loop;
  std::string order;
  loop.defer([&] {
    order += 'a';
    loop.defer([&] {
      order += 'c';
      loop.stop();
    });
  });
  loop.defer([&] { order += 'b'; });
  CHECK(loop.run_until(never));
  CHECK(order == "abc");
}

TEST_CASE("a defer that goes on for ever starves neither watches nor timers") {
  Loop loop;
  Pair pair;
  bool read = false;
  std::function<void()> again = [&] { loop.defer(again); };
  again();
  Loop::Watch watch(loop, pair.near.get(), [&](Interest) { read = pair.take() == 'x'; });
  watch.want(Interest::read);
  pair.send_far();
  Loop::Timer timer(loop, [&] { loop.stop(); });
  timer.arm(loop.now() + 1ms);
  CHECK(loop.run_until(loop.now() + 5s));
  CHECK(read);
}

TEST_CASE("before_wait runs once, after what is ready") {
  Loop loop;
  Pair first, second;
  std::string order;
  auto hook = [&] { order += 'h'; };
  Loop::Watch one(loop, first.near.get(), [&](Interest) {
    first.take();
    order += 'r';
    loop.before_wait(hook);
  });
  Loop::Watch two(loop, second.near.get(), [&](Interest) {
    second.take();
    order += 'r';
  });
  one.want(Interest::read);
  two.want(Interest::read);
  first.send_far();
  second.send_far();
  CHECK_FALSE(loop.run_until(loop.now() + 2ms));
  CHECK(order == "rrh");
}

TEST_CASE("before_wait runs also when the deadline has passed") {
  Loop loop;
  int calls = 0;
  loop.defer([&] { loop.before_wait([&] { ++calls; }); });
  CHECK_FALSE(loop.run_until(Time(0)));
  CHECK(calls == 1);
}

TEST_CASE("a deadline in the past still dispatches what is ready") {
  Loop loop;
  Pair pair;
  int calls = 0;
  Loop::Watch watch(loop, pair.near.get(), [&](Interest) { ++calls; });
  Loop::Timer timer(loop, [&] { ++calls; });
  watch.want(Interest::read);
  pair.send_far();
  timer.arm(loop.now() - 1s);
  CHECK_FALSE(loop.run_until(loop.now() - 1s));
  CHECK(calls == 2);
}

TEST_CASE("stop returns after the current callback and loses nothing") {
  Loop loop;
  std::string order;
  loop.defer([&] {
    order += 'a';
    loop.stop();
  });
  loop.defer([&] {
    order += 'b';
    loop.stop();
  });
  loop.before_wait([&] { order += 'h'; });
  CHECK(loop.run_until(never));
  CHECK(order == "ha");
  CHECK(loop.run_until(never));
  CHECK(order == "hab");
}

TEST_CASE("now stands still inside a batch") {
  Loop loop;
  Time seen[2];
  loop.defer([&] {
    seen[0] = loop.now();
    while (mqtt_toolbox::SystemClock().now() < seen[0] + 1ms) {
    }
  });
  loop.defer([&] { seen[1] = loop.now(); });
  loop.run_until(loop.now());
  CHECK(seen[0] == seen[1]);
  CHECK(loop.now() > seen[1]);
}

TEST_CASE("signals arrive inside the loop") {
  Loop loop;
  std::vector<int> seen;
  {
    Loop::Signals signals(loop, {SIGUSR1, SIGUSR2}, [&](int number) {
      seen.push_back(number);
      if (seen.size() == 2) loop.stop();
    });
    raise(SIGUSR2);
    raise(SIGUSR1);
    CHECK(seen.empty());
    CHECK(loop.run_until(loop.now() + 5s));
  }
  CHECK(seen == std::vector<int>{SIGUSR1, SIGUSR2});
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  CHECK(sigismember(&mask, SIGUSR1) == 0);
}

TEST_CASE("signals destroyed inside their callback") {
  Loop loop;
  std::unique_ptr<Loop::Signals> signals;
  signals = std::make_unique<Loop::Signals>(
      loop, std::initializer_list<int>{SIGUSR1},
      [&, text = std::string("long enough for the heap")](int number) {
        signals.reset();
        CHECK(number == SIGUSR1);
        CHECK(text == "long enough for the heap");
        loop.stop();
      });
  raise(SIGUSR1);
  CHECK(loop.run_until(loop.now() + 5s));
}

}  // namespace
