#include "probe/broker_cases.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace mqtt_toolbox::probe {
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

}  // namespace
}  // namespace mqtt_toolbox::probe
