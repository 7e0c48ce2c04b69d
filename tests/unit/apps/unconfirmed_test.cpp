#include "pub/unconfirmed.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using pub::Unconfirmed;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a PINGREQ is due a second after the first message, or behind 64 KiB") {
  Unconfirmed messages;
  CHECK(messages.ping_due() == never);
  CHECK(messages.sent(1, 10, seconds(5)));
  CHECK_FALSE(messages.sent(2, 10, seconds(5) + milliseconds(900)));
  CHECK(messages.ping_due() == seconds(6));
  messages.pinged(1);
  CHECK(messages.ping_due() == never);
  CHECK(messages.sent(3, 60'000, seconds(7)));
  CHECK(messages.ping_due() == seconds(8));
  CHECK(messages.sent(4, 6'000, seconds(7)));
  CHECK(messages.ping_due() <= seconds(7));
}

TEST_CASE("an answer confirms what stood before its PINGREQ, and no more") {
  Unconfirmed messages;
  for (std::uint64_t place = 11; place <= 15; ++place) {
    messages.sent(place, 1, seconds(1));
    if (place % 2 == 0) messages.pinged(place);  // behind 12 and 14
  }
  CHECK(messages.count() == 5);
  CHECK(messages.first_place() == 11);
  messages.answered(11);  // of another PINGREQ, which stood before all of them
  CHECK(messages.count() == 5);
  messages.answered(12);
  CHECK(messages.count() == 3);
  CHECK(messages.first_place() == 13);
  messages.answered(20);
  CHECK(messages.count() == 1);
  CHECK(messages.first_place() == 15);
  CHECK_FALSE(messages.awaits_answer());
  messages.clear();
  CHECK(messages.count() == 0);
  CHECK_FALSE(messages.wants_ping());
}

TEST_CASE("a broker that answers no PINGREQ is sent only so many") {
  Unconfirmed messages;
  std::uint64_t pings = 0;
  for (int i = 0; i < 5000; ++i) {
    messages.sent(1, 100'000, seconds(1));
    if (messages.ping_due() <= seconds(1)) messages.pinged(++pings);
  }
  CHECK(pings == 1024);
  CHECK(messages.count() == 5000);
  messages.answered(1024);
  CHECK(messages.count() == 5000 - 1024);
  CHECK(messages.wants_ping());
}
