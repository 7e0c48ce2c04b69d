#include "protocol/topic.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/base/seed.hpp"

namespace mqtt_toolbox::protocol {
namespace {

using namespace std::string_literals;

std::optional<Fault> fault(const tl::expected<void, Fault>& checked) {
  return checked ? std::nullopt : std::optional(checked.error());
}

TEST_CASE("check_string: well-formed, no NUL, at most 65,535 bytes") {
  CHECK_FALSE(fault(check_string("")));
  CHECK_FALSE(fault(check_string("Gr\xC3\xBC\xC3\x9F+#")));
  CHECK_FALSE(fault(check_string(std::string(65'535, 'x'))));
  CHECK(fault(check_string(std::string(65'536, 'x'))) == Fault::string_too_long);
  CHECK(fault(check_string("a\0b"s)) == Fault::string_contains_nul);
  CHECK(fault(check_string("\xED\xA0\x80")) == Fault::string_not_utf8);
}

TEST_CASE("check_topic_name finds a bad byte wherever it stands") {
  for (std::size_t length = 1; length < 30; ++length)
    for (std::size_t at = 0; at < length; ++at) {
      std::string topic(length, 'x');
      CHECK_FALSE(fault(check_topic_name(topic)));
      topic[at] = '+';
      CHECK(fault(check_topic_name(topic)) == Fault::topic_name_has_wildcard);
      topic[at] = '#';
      CHECK(fault(check_topic_name(topic)) == Fault::topic_name_has_wildcard);
      topic[at] = '\0';
      CHECK(fault(check_topic_name(topic)) == Fault::string_contains_nul);
      topic[at] = '\xFF';
      CHECK(fault(check_topic_name(topic)) == Fault::string_not_utf8);
      for (int c = 1; c < 0x80; ++c) {
        topic[at] = static_cast<char>(c);
        CHECK(fault(check_topic_name(topic)).has_value() == (c == '+' || c == '#'));
      }
    }
}

TEST_CASE("check_topic_name: not empty, other letters allowed, not too long") {
  CHECK(fault(check_topic_name("")) == Fault::topic_name_empty);
  CHECK_FALSE(fault(check_topic_name("/")));
  CHECK_FALSE(fault(check_topic_name("$SYS/broker")));
  CHECK_FALSE(
      fault(check_topic_name("Stra\xC3\x9F"
                             "e/1")));
  CHECK(fault(check_topic_name("Stra\xC3\x9F"
                               "e/+")) == Fault::topic_name_has_wildcard);
  CHECK_FALSE(fault(check_topic_name(std::string(65'535, 'x'))));
  CHECK(fault(check_topic_name(std::string(65'536, 'x'))) == Fault::string_too_long);
}

TEST_CASE("check_topic_filter: the examples of MQTT 5.0 section 4.7.1") {
  for (const auto* filter : {"#", "sport/tennis/#", "+", "+/tennis/#", "sport/+/player1", "/+", "/",
                             "//", "$SYS/#", "+/+", "/#"})
    CHECK_MESSAGE(check_topic_filter(filter), filter);
  for (const auto* filter : {"sport/tennis#", "sport/tennis/#/ranking", "sport+", "+a", "a/+b/c",
                             "#/", "##", "++", "a/#b", "+#"})
    CHECK_MESSAGE(fault(check_topic_filter(filter)) == Fault::topic_filter_wildcard_misplaced,
                  filter);
  CHECK(fault(check_topic_filter("")) == Fault::topic_filter_empty);
  CHECK(fault(check_topic_filter("a\0"s)) == Fault::string_contains_nul);
}

TEST_CASE("shared subscriptions have a name and a filter, in 5.0") {
  for (const auto* filter : {"$share/group/a", "$share/g/#", "$share/g//", "$share", "$shared/+/x"})
    CHECK_MESSAGE(check_topic_filter(filter), filter);
  for (const auto* filter :
       {"$share/", "$share/g", "$share//a", "$share/g/", "$share/+/a", "$share/a#/b"})
    CHECK_MESSAGE(fault(check_topic_filter(filter)) == Fault::shared_subscription_malformed,
                  filter);
  CHECK(fault(check_topic_filter("$share/g/a#")) == Fault::topic_filter_wildcard_misplaced);
  CHECK_FALSE(fault(check_topic_filter("$share/g", Version::v311)));
  CHECK(fault(check_topic_filter("$share/g#", Version::v311)) ==
        Fault::topic_filter_wildcard_misplaced);
}

TEST_CASE("shared_subscription takes a filter apart") {
  const auto shared = shared_subscription("$share/group/a/+/b");
  REQUIRE(shared);
  CHECK(shared->share_name == "group");
  CHECK(shared->filter == "a/+/b");
  CHECK_FALSE(shared_subscription("a/b"));
  CHECK_FALSE(shared_subscription("$share/group"));
}

TEST_CASE("matches: the examples of MQTT 5.0 section 4.7") {
  struct Case {
    std::string filter;
    std::string topic;
    bool result;
  };
  for (const Case& row :
       std::vector<Case>{{"sport/tennis/player1/#", "sport/tennis/player1", true},
                         {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
                         {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
                         {"sport/tennis/player1/#", "sport/tennis/player11", false},
                         {"sport/#", "sport", true},
                         {"sport/tennis/+", "sport/tennis/player1", true},
                         {"sport/tennis/+", "sport/tennis/player1/ranking", false},
                         {"sport/+", "sport", false},
                         {"sport/+", "sport/", true},
                         {"+/+", "/finance", true},
                         {"/+", "/finance", true},
                         {"+", "/finance", false},
                         {"#", "$SYS/uptime", false},
                         {"+/monitor/Clients", "$SYS/monitor/Clients", false},
                         {"$SYS/#", "$SYS/uptime", true},
                         {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
                         {"ACCOUNTS", "Accounts", false},
                         {"a/+/c", "a//c", true},
                         {"a/#", "a//", true},
                         {"a", "a/", false},
                         {"a/", "a", false},
                         {"+/#", "a", true},
                         {"ab", "a", false},
                         {"a", "ab", false}}) {
    CAPTURE(row.filter);
    CAPTURE(row.topic);
    CHECK(matches(row.filter, row.topic) == row.result);
  }
}

/// The independent model: levels as lists.
std::vector<std::string> levels(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text)
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  return parts;
}

bool model_matches(const std::string& filter, const std::string& topic) {
  const auto wanted = levels(filter);
  const auto given = levels(topic);
  const bool begins_wild = wanted[0] == "+" || wanted[0] == "#";
  if (!given[0].empty() && given[0][0] == '$' && begins_wild) return false;
  const bool is_open = wanted.back() == "#";
  const std::size_t fixed = wanted.size() - (is_open ? 1 : 0);
  if (is_open ? given.size() < fixed : given.size() != fixed) return false;
  for (std::size_t i = 0; i < fixed; ++i)
    if (wanted[i] != "+" && wanted[i] != given[i]) return false;
  return true;
}

std::string random_levels(Random& random, const std::vector<std::string>& pieces) {
  std::string text = pieces[random() % pieces.size()];
  for (auto n = random() % 4; n > 0; --n) text += "/" + pieces[random() % pieces.size()];
  return text;
}

TEST_CASE("matches agrees with a simple model on random filters and topics") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  int hits = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string filter = random_levels(random, {"a", "ab", "", "+", "+", "$x"});
    if (random() % 3 == 0) filter = random() % 8 == 0 ? "#" : filter + "/#";
    const std::string topic = random_levels(random, {"a", "ab", "", "$x"});
    if (filter.empty() || topic.empty()) continue;
    CAPTURE(filter);
    CAPTURE(topic);
    REQUIRE(check_topic_filter(filter));
    const bool expected = model_matches(filter, topic);
    REQUIRE(matches(filter, topic) == expected);
    hits += expected ? 1 : 0;
  }
  CHECK(hits > 10'000);
}

TEST_CASE("has_wildcard") {
  CHECK(has_wildcard("a/+"));
  CHECK(has_wildcard("#"));
  CHECK_FALSE(has_wildcard("a/b"));
}

}  // namespace
}  // namespace mqtt_toolbox::protocol
