#include "load/tracker.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::load;

namespace {

/// The account as anybody would keep it.
struct Model {
  std::set<std::uint64_t> seen;
  std::uint64_t highest = 0;
  Delivery delivery;

  void received(std::uint64_t sequence) {
    if (!seen.insert(sequence).second) {
      ++delivery.duplicated;
      return;
    }
    if (sequence < highest) ++delivery.reordered;
    highest = std::max(highest, sequence);
  }
  Delivery result(std::uint64_t expected) {
    delivery.expected = expected;
    delivery.lost = expected - seen.size();
    return delivery;
  }
};

void check_same(const Delivery& a, const Delivery& b) {
  CHECK(a.expected == b.expected);
  CHECK(a.lost == b.lost);
  CHECK(a.duplicated == b.duplicated);
  CHECK(a.reordered == b.reordered);
}

/// `count` numbers, some lost, some twice, some out of their order by up to `distance`.
std::vector<std::uint64_t> disturbed(std::mt19937_64& random, std::uint64_t count,
                                     std::uint64_t distance) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> order;
  for (std::uint64_t sequence = 0; sequence < count; ++sequence) {
    if (random() % 50 == 0) continue;
    order.emplace_back(sequence + random() % distance, sequence);
    if (random() % 50 == 0) order.emplace_back(sequence + random() % distance, sequence);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::uint64_t> sequences;
  for (const auto& one : order) sequences.push_back(one.second);
  return sequences;
}

}  // namespace

TEST_CASE("a stream in order is complete, and costs no memory") {
  StreamTracker tracker;
  for (std::uint64_t i = 0; i < 1000; ++i) tracker.received(i);
  check_same(tracker.result(1000), {1000, 0, 0, 0});
  check_same(tracker.result(1003), {1003, 3, 0, 0});
  check_same(StreamTracker().result(5), {5, 5, 0, 0});
}

TEST_CASE("lost, duplicated and reordered are exactly those of the model") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::uint64_t count = 1 + random() % 3000;
    StreamTracker tracker;
    Model model;
    for (const std::uint64_t sequence : disturbed(random, count, 1 + random() % 200)) {
      tracker.received(sequence);
      model.received(sequence);
      REQUIRE(tracker.unique() == model.seen.size());
    }
    check_same(tracker.result(count), model.result(count));
  }
}

TEST_CASE("any permutation at all is complete") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> sequences(1 + random() % 2000);
    std::iota(sequences.begin(), sequences.end(), 0);
    std::shuffle(sequences.begin(), sequences.end(), random);
    StreamTracker tracker;
    Model model;
    for (const std::uint64_t sequence : sequences) {
      tracker.received(sequence);
      model.received(sequence);
    }
    check_same(tracker.result(sequences.size()), model.result(sequences.size()));
  }
}

TEST_CASE("losses without end stay counted in bounded memory") {
  StreamTracker tracker;
  constexpr std::uint64_t count = StreamTracker::most_gaps * 20;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % 3 != 1) tracker.received(i);
  }
  check_same(tracker.result(count), {count, (count + 1) / 3, 0, 0});
  tracker.received(count - 4);
  CHECK(tracker.result(count).reordered == 1);
  CHECK(tracker.result(count).lost == (count + 1) / 3 - 1);
}

TEST_CASE("members of a group make one account") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    constexpr std::uint64_t count = 200'000;
    GroupTracker workers[3];
    Model model;
    for (const std::uint64_t sequence : disturbed(random, count, 50)) {
      workers[random() % 3].received(sequence);
      model.received(sequence);
    }
    workers[0].merge(workers[1]);
    workers[0].merge(workers[2]);
    CHECK(workers[0].unique() == model.seen.size());
    CHECK(workers[0].duplicated() == model.delivery.duplicated);
  }
}

TEST_CASE("full blocks are remembered as full") {
  GroupTracker whole;
  GroupTracker again;
  for (std::uint64_t i = 0; i < 150'000; ++i) CHECK(whole.received(i));
  CHECK_FALSE(whole.received(5));
  CHECK(whole.duplicated() == 1);
  again.merge(whole);
  CHECK(again.unique() == 150'000);
  again.merge(whole);
  CHECK(again.unique() == 150'000);
  CHECK(again.duplicated() == 150'002);
}

TEST_CASE("numbers of nobody take no memory") {
  GroupTracker tracker;
  CHECK_FALSE(tracker.received(UINT64_MAX));
  CHECK_FALSE(tracker.received(GroupTracker::most_sequences));
  CHECK(tracker.unique() == 0);
}
