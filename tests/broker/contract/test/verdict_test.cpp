#include "verdict.hpp"

#include <sstream>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::contract;

namespace {

Case expecting(const char* expected) {
  return {"a case", "a feature", "1", in_5_0, expected, {}};
}

KnownBreach breach(const char* observed) {
  return {"broker", "1", std::regex("5.0"), std::regex("a case"), std::regex(observed), "remark"};
}

/// The rows that are for a version of the broker.
Result<KnownBreaches> read(const char* rows, const char* version) {
  std::istringstream text(rows);
  BrokerFacts broker;
  broker.name = "broker";
  broker.version = version;
  return KnownBreaches::parse(text, broker);
}

constexpr const char* row = R"([{"broker": "broker", "version": "3.10", "protocol": "3.*",
  "case": "kept .*", "observed": "no", "remark": "none", "unsupported": true}])";

}  // namespace

TEST_CASE("as the specification says, or not") {
  CHECK(judge(expecting("one|two"), "two", nullptr).verdict == Verdict::pass);
  CHECK(judge(expecting("one|two"), "one two", nullptr).verdict == Verdict::fail);
}

TEST_CASE("a known breach is expected, and nothing else") {
  KnownBreach known = breach("th.+");
  CHECK(judge(expecting("one"), "three", &known).verdict == Verdict::breach);
  CHECK(judge(expecting("one"), "four", &known).verdict == Verdict::fail);
  const Judgement mended = judge(expecting("one"), "one", &known);
  CHECK(mended.verdict == Verdict::fail);
  CHECK(mended.remark == "an unexpected pass: remark");
  SUBCASE("unless it is a race") {
    known.sometimes = true;
    CHECK(judge(expecting("one"), "one", &known).verdict == Verdict::pass);
    CHECK(judge(expecting("one"), "four", &known).verdict == Verdict::fail);
  }
  SUBCASE("or a feature that is missing") {
    known.unsupported = true;
    CHECK(judge(expecting("one"), "three", &known).verdict == Verdict::unsupported);
  }
}

TEST_CASE("breaches are those of a broker's version") {
  const auto known = read(row, "3.10.8");
  REQUIRE(known);
  CHECK(known->is_unsupported("3.1.1", "kept session"));
  CHECK_FALSE(known->is_unsupported("5.0", "kept session"));
  CHECK_FALSE(known->is_unsupported("3.1.1", "new session"));
  CHECK(read(row, "3.10")->find("3.1", "kept session") != nullptr);
  CHECK(read(row, "3.1.10")->find("3.1", "kept session") == nullptr);
  CHECK(read(row, "3.100")->find("3.1", "kept session") == nullptr);
}

TEST_CASE("a file of breaches that cannot be used is an error") {
  CHECK_FALSE(read("[", "1"));
  CHECK_FALSE(read(R"([{"broker": "broker"}])", "1"));
  CHECK_FALSE(
      read(R"([{"broker": "broker", "version": "1", "protocol": "(", "case": "", "observed": "",
                        "remark": ""}])",
           "1"));
}
