#include <doctest/doctest.h>

#include "bench/search.hpp"

using namespace mqtt_toolbox;
using bench::Search;
using bench::SearchPlan;

namespace {

struct Outcome {
  std::optional<double> answer;
  int steps = 0;
};

/// Searches where every rate up to `limit` holds.
Outcome search(const SearchPlan& plan, double limit) {
  Search search(plan);
  Outcome outcome;
  while (const auto rate = search.next()) {
    REQUIRE(++outcome.steps < 100);
    search.tried(*rate <= limit);
  }
  outcome.answer = search.answer();
  return outcome;
}

SearchPlan plan_with(double first, double highest, double precision, std::uint32_t repeats) {
  SearchPlan plan;
  plan.first_rate = first;
  plan.highest_rate = highest;
  plan.precision = precision;
  plan.repeats = repeats;
  return plan;
}

}  // namespace

TEST_CASE("the answer holds and is within the precision, wherever the limit is") {
  for (const double limit : {1.5, 999.0, 1000.0, 1001.0, 48'000.0, 3.3e6}) {
    CAPTURE(limit);
    const Outcome found = search(plan_with(1000, 1e8, 0.02, 2), limit);
    REQUIRE(found.answer);
    CHECK(*found.answer <= limit);
    CHECK(*found.answer >= limit / 1.02);
  }
}

TEST_CASE("where all holds, the answer is the highest rate; where nothing does, there is none") {
  CHECK(search(plan_with(1000, 50'000, 0.05, 1), 1e9).answer == 50'000);
  CHECK_FALSE(search(plan_with(1000, 50'000, 0.05, 1), 0.5).answer);
}

TEST_CASE("the answer is confirmed as often as asked") {
  const SearchPlan plan = plan_with(8, 8, 0.05, 3);
  CHECK(search(plan, 100).steps == 4);
}

TEST_CASE("a rate that fails when tried again is given up for one below") {
  Search search(plan_with(100, 400, 0.5, 1));
  int tries_of_400 = 0;
  while (const auto rate = search.next()) {
    if (*rate == 400) ++tries_of_400;
    search.tried(*rate < 400 || tries_of_400 == 1);
  }
  CHECK(tries_of_400 == 2);
  REQUIRE(search.answer());
  CHECK(*search.answer() < 400);
  CHECK(*search.answer() >= 400 / 1.5);
}
