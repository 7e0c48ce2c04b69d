#include "pub/culprit_search.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using pub::CulpritSearch;
using Verdict = CulpritSearch::Verdict;

TEST_CASE("alone in three ends, and another acknowledged afterwards: the culprit") {
  CulpritSearch search;
  CHECK(search.connection_ended(1, false) == Verdict::one_at_a_time);
  CHECK_FALSE(search.acknowledged());
  CHECK(search.connection_ended(2, true) == Verdict::none);
  search.connected();
  CHECK(search.connection_ended(2, true) == Verdict::none);
  search.connected();
  CHECK(search.connection_ended(2, true) == Verdict::suspected);
  CHECK(search.suspect() == client::Token{2});
  search.connected();
  CHECK(search.acknowledged() == client::Token{2});
  CHECK_FALSE(search.suspect());
  CHECK(search.is_one_at_a_time());
  search.finish();
  CHECK_FALSE(search.is_one_at_a_time());
}

TEST_CASE("two suspects without an acknowledgement between them are none") {
  CulpritSearch search;
  search.connection_ended(1, false);
  for (int i = 0; i < 2; ++i) CHECK(search.connection_ended(1, true) == Verdict::none);
  CHECK(search.connection_ended(1, true) == Verdict::suspected);
  for (int i = 0; i < 2; ++i) CHECK(search.connection_ended(2, true) == Verdict::none);
  CHECK(search.connection_ended(2, true) == Verdict::hopeless);
}

TEST_CASE(
    "a loss after acknowledgements is an ordinary one, and other messages count for themselves") {
  CulpritSearch search;
  search.connected();
  CHECK_FALSE(search.acknowledged());
  CHECK(search.connection_ended(1, false) == Verdict::none);
  CHECK_FALSE(search.is_one_at_a_time());
  search.connected();
  CHECK(search.connection_ended(1, true) == Verdict::one_at_a_time);
  CHECK(search.connection_ended(2, true) == Verdict::none);
  CHECK(search.connection_ended(1, true) == Verdict::none);
  CHECK(search.connection_ended(1, true) == Verdict::none);
  CHECK_FALSE(search.suspect());
}
