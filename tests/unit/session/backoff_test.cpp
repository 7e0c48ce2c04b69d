#include "session/backoff.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("waits double from the first to the longest, the upper half at random") {
  Random random(1);
  Backoff backoff({milliseconds(500), seconds(4), BackoffSettings::unlimited});
  for (const int longest : {500, 1000, 2000, 4000, 4000, 4000}) {
    const Duration wait = backoff.next(random);
    CHECK(wait >= milliseconds(longest) / 2);
    CHECK(wait <= milliseconds(longest));
  }
  CHECK(backoff.attempts_made() == 6);
  backoff.connection_ended(seconds(60));
  CHECK(backoff.next(random) <= milliseconds(500));
}

TEST_CASE("only a connection that has lived long enough gives the attempts back") {
  Random random(1);
  Backoff backoff({milliseconds(500), seconds(30), 2});
  backoff.next(random);
  backoff.connection_ended(seconds(60) - Duration(1));
  CHECK(backoff.attempts_made() == 1);
  backoff.next(random);
  CHECK(backoff.exhausted());
  backoff.connection_ended(seconds(60));
  CHECK_FALSE(backoff.exhausted());
}

TEST_CASE("two clients that take a session from each other connect ten times a minute at most") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    Backoff backoff({milliseconds(500), seconds(30)});
    int connections = 1;
    // The other one comes at once: nothing but the waits slows them down.
    for (Duration now = backoff.next(random); now < seconds(60); now += backoff.next(random)) {
      ++connections;
      backoff.connection_ended(Duration::zero());
    }
    CHECK(connections <= 10);
  }
}

TEST_CASE("the whole half is used, and the same seed gives the same waits") {
  Duration shortest = seconds(1), longest{0};
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed), same(seed);
    Backoff backoff({seconds(1), seconds(1), 5}), again({seconds(1), seconds(1), 5});
    const Duration wait = backoff.next(random);
    CHECK(wait == again.next(same));
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }
  CHECK(shortest < milliseconds(510));
  CHECK(longest > milliseconds(990));
}

TEST_CASE("attempts are counted, and 0 allows none") {
  Random random(1);
  Backoff backoff({milliseconds(1), seconds(1), 2});
  CHECK_FALSE(backoff.exhausted());
  backoff.next(random);
  CHECK_FALSE(backoff.exhausted());
  backoff.next(random);
  CHECK(backoff.exhausted());
  CHECK(Backoff({milliseconds(1), seconds(1), 0}).exhausted());
}

TEST_CASE("after very many attempts the wait is the longest still") {
  Random random(1);
  Backoff backoff({seconds(1), seconds(30), BackoffSettings::unlimited});
  for (int i = 0; i < 10'000; ++i) backoff.next(random);
  CHECK(backoff.next(random) >= seconds(15));
}
