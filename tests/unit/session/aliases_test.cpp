#include "session/aliases.hpp"

#include <doctest/doctest.h>

#include "unit/session/bench.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::PacketType;
using protocol::PropertyId;
using protocol::Version;

namespace {

struct WithAliases : Bench {
  explicit WithAliases(std::uint16_t maximum, bool automatic) {
    settings.use_topic_aliases = automatic;
    settings.resume = true;
    connect(false, With(PacketType::connack)(PropertyId::topic_alias_maximum, maximum));
    handler.take();
  }
  std::string published(Bytes topic, int qos, std::uint32_t alias = 0) {
    auto publish = message(topic, "p", qos);
    With with(PacketType::publish);
    if (alias != 0) publish.properties = with(PropertyId::topic_alias, alias);
    const auto submission = Bench::publish(publish);
    return submission ? take() : submission.error().text;
  }
};

}  // namespace

TEST_CASE("automatic aliases: first come, first served, up to the server's maximum") {
  WithAliases bench(2, true);
  CHECK(bench.published("one", 0) == "PUBLISH q0 [one] topic-alias=1 p");
  CHECK(bench.published("one", 0) == "PUBLISH q0 [] topic-alias=1 p");
  CHECK(bench.published("two", 1) == "PUBLISH q1 #1 [two] topic-alias=2 p");
  CHECK(bench.published("two", 2) == "PUBLISH q2 #2 [] topic-alias=2 p");
  CHECK(bench.published("three", 0) == "PUBLISH q0 [three] p");
}

TEST_CASE("no aliases without the setting, and none that the server does not allow") {
  WithAliases unwanted(2, false);
  CHECK(unwanted.published("one", 0) == "PUBLISH q0 [one] p");
  WithAliases not_allowed(0, true);
  CHECK(not_allowed.published("one", 0) == "PUBLISH q0 [one] p");
}

TEST_CASE("other properties stay beside an alias") {
  WithAliases bench(2, true);
  auto publish = message("one", "p", 0);
  const With with = With(PacketType::publish)(PropertyId::content_type, "text/plain");
  publish.properties = with;
  REQUIRE(static_cast<Bench&>(bench).publish(publish));
  CHECK(bench.take() == "PUBLISH q0 [one] content-type=text/plain topic-alias=1 p");
}

TEST_CASE("aliases die with the connection, and what is sent again has its topic in full") {
  WithAliases bench(5, true);
  bench.published("one", 1);
  CHECK(bench.published("one", 1) == "PUBLISH q1 #2 [] topic-alias=1 p");
  bench.lose();
  bench.connect(true, With(PacketType::connack)(PropertyId::topic_alias_maximum, 5));
  CHECK(bench.take() == "PUBLISH q1 dup #1 [one] p | PUBLISH q1 dup #2 [one] p");
  CHECK(bench.published("one", 0) == "PUBLISH q0 [one] topic-alias=1 p");
}

TEST_CASE("the user's own aliases go as they are") {
  WithAliases bench(5, false);
  CHECK(bench.published("one", 0, 3) == "PUBLISH q0 [one] topic-alias=3 p");
  CHECK(bench.published("", 1, 3) == "PUBLISH q1 #1 [] topic-alias=3 p");
  CHECK(bench.published("two", 0, 3) == "PUBLISH q0 [two] topic-alias=3 p");
  CHECK(bench.published("", 0, 4) ==
        "the topic is empty, and its topic alias has no topic on this connection");
  bench.connect(true, With(PacketType::connack)(PropertyId::topic_alias_maximum, 5));
  CHECK(bench.take() == "PUBLISH q1 dup #1 [one] p");
}

TEST_CASE("automatic aliases keep out of the way of the user's") {
  OutgoingAliases aliases(3);
  aliases.establish(1, "mine");
  CHECK(aliases.choose("mine").alias == 1);
  CHECK(aliases.choose("other").alias == 2);
  aliases.establish(2, "other");
  aliases.establish(2, "taken over");
  CHECK(aliases.choose("taken over").established);
  CHECK(aliases.choose("other").alias == 3);
  CHECK_FALSE(aliases.choose("other").established);
}

TEST_CASE("all 65,535 aliases can be used") {
  OutgoingAliases aliases(65'535);
  for (unsigned i = 1; i <= 65'535; ++i) {
    const auto topic = std::to_string(i);
    const auto choice = aliases.choose(topic);
    REQUIRE(choice.alias == i);
    aliases.establish(choice.alias, topic);
  }
  CHECK(aliases.choose("one more").alias == 0);
}

TEST_CASE("the server's aliases are filled in") {
  Bench bench;
  bench.settings.connect_properties =
      With(PacketType::connect)(PropertyId::topic_alias_maximum, 2).list();
  bench.connect();
  bench.handler.take();
  const With alias = With(PacketType::publish)(PropertyId::topic_alias, 2);
  auto publish = message("a/b", "1", 0);
  publish.properties = alias;
  bench.receive(publish);
  publish.topic = {};
  publish.payload = "2";
  bench.receive(publish);
  CHECK(bench.handler.take() ==
        "PUBLISH q0 [a/b] topic-alias=2 1 | PUBLISH q0 [a/b] topic-alias=2 2");
  SUBCASE("an alias without topic") {
    const With other = With(PacketType::publish)(PropertyId::topic_alias, 1);
    publish.properties = other;
    bench.receive(publish);
    CHECK(bench.take() == "DISCONNECT 0x82");
  }
  SUBCASE("an alias above the maximum") {
    const With other = With(PacketType::publish)(PropertyId::topic_alias, 3);
    publish.properties = other;
    bench.receive(publish);
    CHECK(bench.take() == "DISCONNECT 0x94");
  }
  SUBCASE("an alias of an older connection") {
    bench.connect();
    bench.receive(publish);
    CHECK(bench.take() == "DISCONNECT 0x82");
  }
}
