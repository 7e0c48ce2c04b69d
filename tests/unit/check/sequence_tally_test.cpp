#include "check/sequence_tally.hpp"

#include <initializer_list>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::check;

namespace {

SequenceTally tally_of(std::size_t sent, std::initializer_list<std::string_view> payloads) {
  SequenceTally tally(sent);
  for (const std::string_view payload : payloads) tally.take(payload);
  return tally;
}

using Numbers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("a ledger of a whole stream has nothing to complain of") {
  const SequenceTally tally = tally_of(3, {"1", "2", "3"});
  CHECK(tally.arrived() == 3);
  CHECK(tally.lost().empty());
  CHECK(tally.repeated().empty());
  CHECK_FALSE(tally.late());
  CHECK(tally.text() == "3 of 3 arrived");
}

TEST_CASE("a ledger names what is missing and what came more than once") {
  const SequenceTally tally = tally_of(5, {"1", "4", "4", "5", "5", "5"});
  CHECK(tally.lost() == Numbers{2, 3});
  CHECK(tally.repeated() == Numbers{4, 5});
  CHECK(tally.times(5) == 3);
  CHECK(tally.arrived() == 3);
  CHECK(tally.text() == "3 of 5 arrived, more than once: 4, 5; missing: 2, 3");
}

TEST_CASE("a ledger counts only the numbers of its stream") {
  const SequenceTally tally =
      tally_of(2, {"0", "3", "last", "", "-1", "1x", "99999999999999999999", "2"});
  CHECK(tally.arrived() == 1);
  CHECK(tally.lost() == Numbers{1});
  CHECK(tally.repeated().empty());
}

TEST_CASE("a ledger sees the first number behind a later one, but no repetition") {
  CHECK(tally_of(4, {"1", "3", "2", "4"}).late() == 2);
  CHECK(tally_of(4, {"1", "2", "4", "3"}).late() == 3);
  CHECK_FALSE(tally_of(4, {"1", "2", "3", "1", "2", "4"}).late());
  CHECK_FALSE(tally_of(4, {"1", "3"}).late());
}

TEST_CASE("a ledger in which nothing arrived does not list everything") {
  CHECK(tally_of(100, {}).text() == "0 of 100 arrived");
}

TEST_CASE("a long list is cut") {
  CHECK(list_of(Numbers{7}) == "7");
  CHECK(list_of(Numbers{1, 2, 3, 4, 5, 6, 7, 8}) == "1, 2, 3, 4, 5, 6, 7, 8");
  CHECK(list_of(Numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == "1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
}

TEST_CASE("fairness is Jain's index") {
  CHECK(fairness(Numbers{5, 5, 5}) == doctest::Approx(1));
  CHECK(fairness(Numbers{9, 0, 0}) == doctest::Approx(1.0 / 3));
  CHECK(fairness(Numbers{3, 1}) == doctest::Approx(0.8));
  CHECK(fairness(Numbers{0, 0}) == doctest::Approx(1));
  CHECK(fairness(Numbers{}) == doctest::Approx(1));
}

TEST_CASE("a distribution shows each share and the fairness") {
  CHECK(distribution(Numbers{3, 1}) == "3 + 1, fairness 0.80");
}
