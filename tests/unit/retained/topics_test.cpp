#include "retained/topics.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "retained/topic_set.hpp"

using namespace mqtt_toolbox::retained;

TEST_CASE("topics come back in their order, with all that was kept") {
  std::mt19937 random(7);
  std::vector<std::pair<std::string, std::uint32_t>> expected;
  Topics topics;
  std::uint64_t bytes = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string topic(1 + random() % (i % 100 == 0 ? 65'535u : 50u),
                            static_cast<char>('a' + i % 26));
    expected.emplace_back(topic, static_cast<std::uint32_t>(random()));
    topics.add({topic, expected.back().second, static_cast<std::uint64_t>(i)});
    bytes += expected.back().second;
  }
  CHECK(topics.size() == 5000);
  CHECK(topics.payload_bytes() == bytes);
  std::size_t next = 0;
  topics.each([&](const Found& found) {
    REQUIRE(found.topic == expected[next].first);
    REQUIRE(found.payload_length == expected[next].second);
    REQUIRE(found.payload_hash == next);
    ++next;
  });
  CHECK(next == 5000);
  for (const auto& [topic, length] : expected) {
    const auto found = topics.take();
    REQUIRE(found);
    REQUIRE(found->topic == topic);
  }
  CHECK_FALSE(topics.take());
  CHECK(topics.size() == 0);
  CHECK(topics.payload_bytes() == 0);
}

TEST_CASE("a set of topics knows each, and two of the same topics are alike") {
  TopicSet one;
  TopicSet other;
  CHECK_FALSE(one.contains("t/1"));
  for (int i = 0; i < 10'000; ++i) CHECK(one.insert("t/" + std::to_string(i)));
  for (int i = 10'000; i-- > 0;) CHECK(other.insert("t/" + std::to_string(i)));
  CHECK_FALSE(one.insert("t/77"));
  CHECK(one.contains("t/9999"));
  CHECK_FALSE(one.contains("t/10000"));
  CHECK(one.size() == 10'000);
  CHECK(one.digest() == other.digest());
  other.insert("more");
  CHECK(one.digest() != other.digest());
  one.clear();
  CHECK(one.size() == 0);
  CHECK_FALSE(one.contains("t/1"));
}
