#include "load/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;

namespace {

std::vector<Duration> times(Schedule schedule, std::size_t count) {
  std::vector<Duration> dues;
  for (std::size_t i = 0; i < count; ++i) {
    dues.push_back(schedule.next());
    schedule.advance();
  }
  return dues;
}

}  // namespace

TEST_CASE("a rate says when each event is due, and how many are") {
  for (const double a_second : {1.0, 3.0, 7.5, 50'000.0, 999'983.0, 0.1, 8e6}) {
    CAPTURE(a_second);
    const Rate rate(a_second);
    CHECK(rate.due(0) == Duration(0));
    for (std::uint64_t k = 1; k < 1000; ++k) {
      REQUIRE(rate.due_by(rate.due(k)) >= k + 1);
      REQUIRE(rate.due_by(rate.due(k) - Duration(1)) <= k);
    }
    CHECK(rate.due_by(Duration(-1)) == 0);
  }
}

TEST_CASE("a due time that lies too far away does not count as past") {
  const Rate slow(1e-9);
  CHECK(slow.due(1'000'000) > std::chrono::hours(24 * 365));
  for (const Arrivals arrivals : {Arrivals::constant, Arrivals::poisson}) {
    for (const Duration due : times(Schedule(arrivals, 1e-10, 100'000, 99'999, 1), 4))
      CHECK(due > std::chrono::hours(1));
  }
}

TEST_CASE("a rate does not drift, not in a year") {
  const Rate rate(3);
  CHECK(rate.due(3ull * 86'400 * 365) == std::chrono::hours(24 * 365));
  CHECK(Rate(50'000).due(50'000ull * 3600 + 1) == std::chrono::hours(1) + Duration(20'000));
  CHECK(rate.due(1) == Duration(333'333'333));
  CHECK(rate.due(2) == Duration(666'666'666));
}

TEST_CASE("all publishers together keep the constant rate, each at its own place") {
  constexpr std::uint64_t publishers = 7;
  const Rate rate(1000);
  std::vector<Duration> all;
  for (std::uint64_t n = 0; n < publishers; ++n) {
    for (const Duration due : times(Schedule(Arrivals::constant, 1000, publishers, n, 1), 100)) {
      all.push_back(due);
    }
  }
  std::sort(all.begin(), all.end());
  for (std::size_t k = 0; k < all.size(); ++k) REQUIRE(all[k] == rate.due(k));
}

TEST_CASE("how many are due agrees with when they are due") {
  for (const Arrivals arrivals : {Arrivals::constant, Arrivals::poisson}) {
    for (const std::uint64_t taken : {0, 5, 40}) {
      Schedule schedule(arrivals, 900, 3, 1, 4);
      for (std::uint64_t i = 0; i < taken; ++i) schedule.advance();
      const auto dues = times(Schedule(arrivals, 900, 3, 1, 4), 1000);
      for (int step = 0; step < 500; ++step) {
        const Duration at = Duration(step * 997'001);
        const auto end = std::upper_bound(dues.begin(), dues.end(), at);
        const auto due = static_cast<std::uint64_t>(end - dues.begin());
        REQUIRE(schedule.due_by(at) == std::max(due, taken));
      }
    }
  }
}

TEST_CASE("Poisson arrivals have the rate, exponential gaps, and the same times for a seed") {
  constexpr std::size_t count = 100'000;
  const auto dues = times(Schedule(Arrivals::poisson, 4000, 4, 2, 99), count);
  CHECK(dues == times(Schedule(Arrivals::poisson, 4000, 4, 2, 99), count));
  CHECK(dues != times(Schedule(Arrivals::poisson, 4000, 4, 3, 99), count));
  CHECK(dues != times(Schedule(Arrivals::poisson, 4000, 4, 2, 98), count));
  const double seconds = std::chrono::duration<double>(dues.back()).count();
  CHECK(static_cast<double>(count) / seconds == doctest::Approx(1000).epsilon(0.02));
  std::size_t longer = 0;
  for (std::size_t i = 1; i < count; ++i) {
    REQUIRE(dues[i] >= dues[i - 1]);
    if (dues[i] - dues[i - 1] > std::chrono::milliseconds(1)) ++longer;
  }
  CHECK(static_cast<double>(longer) / count == doctest::Approx(std::exp(-1)).epsilon(0.02));
}

TEST_CASE("Poisson publishers do not know of each other: together they are one Poisson process") {
  constexpr std::uint64_t publishers = 100;
  constexpr std::size_t bins = 1000;
  std::vector<double> counts(bins);
  for (std::uint64_t n = 0; n < publishers; ++n) {
    Schedule schedule(Arrivals::poisson, 20'000, publishers, n, 1);
    for (; schedule.next() < std::chrono::seconds(1); schedule.advance()) {
      ++counts[static_cast<std::size_t>(schedule.next() / std::chrono::milliseconds(1))];
    }
  }
  double total = 0;
  for (const double count : counts) total += count;
  CHECK(total == doctest::Approx(20'000).epsilon(0.03));
  double squares = 0;
  for (const double count : counts) squares += (count - total / bins) * (count - total / bins);
  // Variance over mean is 1, with a deviation of sqrt(2 / bins) = 0.045.
  CHECK(squares / total == doctest::Approx(1).epsilon(0.2));
}
