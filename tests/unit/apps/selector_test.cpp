#include "sub/selector.hpp"

#include <string>

#include <doctest/doctest.h>

#include "protocol/topic.hpp"

using namespace mqtt_toolbox;
using sub::may_overlap;

namespace {

std::string random_filter(Random& random, bool wildcards) {
  std::string filter;
  for (auto levels = random() % 3 + 1; levels > 0; --levels) {
    if (!filter.empty()) filter += '/';
    auto kind = random() % (wildcards ? 5 : 3);
    if (kind == 4) return filter + "#";
    if (kind == 3)
      filter += '+';
    else if (kind > 0)
      filter += static_cast<char>('a' + random() % 2);
  }
  return filter.empty() ? "a" : filter;
}

protocol::Publish message_with(const protocol::PropertyList& properties, std::string_view topic) {
  protocol::Publish message;
  message.topic = topic;
  message.properties = properties.view();
  return message;
}

protocol::PropertyList identifiers(std::initializer_list<std::uint32_t> numbers) {
  protocol::PropertyList list(protocol::PropertyPlace::publish);
  for (auto number : numbers)
    REQUIRE(list.add(protocol::PropertyId::subscription_identifier, number));
  return list;
}

sub::Plan plan_with(std::initializer_list<const char*> filters) {
  sub::Plan plan;
  for (const char* filter : filters) plan.requests.push_back({filter, {}, false, false, {}});
  return plan;
}

}  // namespace

TEST_CASE("filters that can match one topic overlap") {
  CHECK(may_overlap("a", "a"));
  CHECK(may_overlap("a/+", "+/b"));
  CHECK(may_overlap("a/#", "a"));
  CHECK(may_overlap("#", "x/y/z"));
  CHECK(may_overlap("$share/g/a", "a"));
  CHECK_FALSE(may_overlap("a", "b"));
  CHECK_FALSE(may_overlap("a/b", "a"));
  CHECK_FALSE(may_overlap("a/+", "a"));
}

TEST_CASE("two filters that both match a random topic always overlap") {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    std::string one = random_filter(random, true);
    std::string other = random_filter(random, true);
    std::string topic = random_filter(random, false);
    if (protocol::matches(one, topic) && protocol::matches(other, topic)) {
      CAPTURE(seed);
      CAPTURE(one);
      CAPTURE(other);
      CHECK(may_overlap(one, other));
    }
  }
}

TEST_CASE("of several copies only the one for the first matching filter counts") {
  auto plan = plan_with({"a/b", "a/#", "+/b"});
  Random random(1);
  sub::Selector selector(plan, random);
  REQUIRE(selector.needs_identifiers());
  selector.use_identifiers(true);

  auto first = identifiers({1});
  auto second = identifiers({2});
  auto both = identifiers({3, 1});
  CHECK(selector.counts(message_with(first, "a/b")));
  CHECK_FALSE(selector.counts(message_with(second, "a/b")));
  CHECK(selector.counts(message_with(both, "a/b")));
  CHECK(selector.counts(message_with(second, "a/c")));

  SUBCASE("a filter that was refused takes no part") {
    selector.drop("a/b");
    CHECK(selector.counts(message_with(second, "a/b")));
  }
}

TEST_CASE("retained messages are chosen as asked") {
  auto plan = plan_with({"#"});
  protocol::Publish live;
  live.topic = "a";
  auto retained = live;
  retained.retain = true;
  Random random(1);

  SUBCASE("-R") {
    plan.hide_retained = true;
    sub::Selector selector(plan, random);
    CHECK(selector.counts(live));
    CHECK_FALSE(selector.counts(retained));
  }
  SUBCASE("-R with --remove-retained") {
    plan.hide_retained = plan.remove_retained = true;
    plan.filters_out = {"b/#"};
    sub::Selector selector(plan, random);
    CHECK_FALSE(selector.counts(retained));
    CHECK(selector.is_to_be_cleared(retained));
    CHECK_FALSE(selector.is_to_be_cleared(live));
    retained.topic = "b";
    CHECK_FALSE(selector.is_to_be_cleared(retained));
  }
  SUBCASE("--retained-only") {
    plan.retained_only = true;
    sub::Selector selector(plan, random);
    CHECK_FALSE(selector.counts(live));
    CHECK(selector.counts(retained));
  }
  SUBCASE("-T") {
    plan.filters_out = {"a/#"};
    sub::Selector selector(plan, random);
    CHECK_FALSE(selector.counts(live));
  }
}

TEST_CASE("a random share of the messages is shown") {
  sub::Plan plan;
  plan.random_percent = 25;
  Random random(7);
  sub::Selector selector(plan, random);
  int shown = 0;
  for (int i = 0; i < 10'000; ++i) shown += selector.is_shown();
  CHECK(shown > 2'300);
  CHECK(shown < 2'700);
}
