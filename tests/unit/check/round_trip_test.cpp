#include "check/round_trip.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using std::chrono::milliseconds;

namespace {

void note(RoundTrip& round_trip, int times, Duration each) {
  for (int i = 0; i < times; ++i) round_trip.note(each);
}

}  // namespace

TEST_CASE("nothing is known of the way before anything was seen") {
  CHECK(RoundTrip().bound() == Duration{});
}

TEST_CASE("one answer may have been a quick one") {
  RoundTrip round_trip;
  round_trip.note(milliseconds(100));
  CHECK(round_trip.bound() == milliseconds(300));
}

TEST_CASE("a steady way takes what it takes") {
  RoundTrip round_trip;
  note(round_trip, 50, milliseconds(300));
  CHECK(round_trip.bound() >= milliseconds(300));
  CHECK(round_trip.bound() < milliseconds(310));
}

TEST_CASE("the bound follows a load up and down") {
  RoundTrip round_trip;
  note(round_trip, 20, milliseconds(1));
  note(round_trip, 4, milliseconds(200));
  CHECK(round_trip.bound() > milliseconds(200));
  note(round_trip, 50, milliseconds(1));
  CHECK(round_trip.bound() < milliseconds(5));
}

TEST_CASE("a broker that answers very late sets no bound beyond the most") {
  RoundTrip round_trip;
  round_trip.note(std::chrono::seconds(60));
  CHECK(round_trip.bound() == RoundTrip::most);
}
