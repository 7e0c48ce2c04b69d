#include "probe/broker_cases.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "unit/check/stage.hpp"

namespace mqtt_toolbox::probe {

using namespace check;

namespace {

TEST_CASE("cases have names of their own, a section and a promise") {
  std::set<std::string_view> names;
  for (const Case& played : broker_cases()) {
    CAPTURE(std::string(played.name));
    CHECK(names.insert(played.name).second);
    CHECK(played.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") ==
          std::string_view::npos);
    CHECK(!played.section.empty());
    CHECK(!played.promise.empty());
    CHECK(played.promise.back() != '.');
    CHECK((played.play != nullptr));
  }
}

TEST_CASE("each fact has a name of its own, and a case that finds it out") {
  std::set<std::string_view> names;
  for (const FactRow& row : broker_fact_rows()) {
    CAPTURE(std::string(row.name));
    CHECK(names.insert(row.name).second);
    CHECK(std::any_of(broker_cases().begin(), broker_cases().end(),
                      [&](const Case& played) { return played.name == row.played; }));
    CHECK(!row.meaning.empty());
  }
}

TEST_CASE("facts of one subject stand together") {
  std::set<std::string_view> subjects;
  std::string_view last;
  for (const FactRow& row : broker_fact_rows()) {
    if (row.subject != last) CHECK(subjects.insert(row.subject).second);
    last = row.subject;
  }
}

TEST_CASE("where no client gets in, client-id-length finds nothing against any length") {
  std::string script = "accept; expect CONNECT; send CONNACK code=137; close";
  // Every length of the search, and a client as others are.
  for (int i = 0; i < 5; ++i) script += "; accept; expect CONNECT; send CONNACK code=137; close";
  Stage stage(script);
  const auto& all = broker_cases();
  const auto row = std::find_if(
      all.begin(), all.end(), [](const Case& played) { return played.name == "client-id-length"; });
  REQUIRE(row != all.end());
  const Finding finding = row->play(*stage.context);
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed.find("Server busy (0x89)") != std::string::npos);
  CHECK(stage.failures().empty());
}

}  // namespace
}  // namespace mqtt_toolbox::probe
