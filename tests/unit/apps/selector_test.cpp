#include "sub/selector.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;

namespace {

sub::Plan plan_with(std::initializer_list<const char*> filters) {
  sub::Plan plan;
  for (const char* filter : filters) plan.requests.push_back({filter, {}, false, false, {}});
  return plan;
}

}  // namespace

TEST_CASE("every copy counts, whatever its subscription identifiers") {
  auto plan = plan_with({"a", "a", "#"});
  Random random(1);
  const sub::Selector selector(plan, random);
  for (const auto& numbers : {std::vector<std::uint32_t>{}, {1}, {2}, {3}, {1, 2, 3}, {4711}}) {
    protocol::PropertyList properties(protocol::PropertyPlace::publish);
    for (auto number : numbers)
      REQUIRE(properties.add(protocol::PropertyId::subscription_identifier, number));
    protocol::Publish message;
    message.topic = "a";
    message.properties = properties.view();
    CHECK(selector.counts(message));
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
