#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

#include "retain/backup.hpp"
#include "retain/chooser.hpp"
#include "retain/comparison.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::retain;

namespace {

/// A path that is free, and is free again afterwards.
struct Path {
  std::string text = (std::filesystem::temp_directory_path() /
                      ("retain-test-" + std::to_string(getpid()) + ".jsonl"))
                         .string();
  ~Path() { std::filesystem::remove(text); }
};

Plan plan_of(std::vector<std::string> filters) {
  Plan plan;
  plan.filters = std::move(filters);
  return plan;
}

protocol::Publish message(std::string_view topic, std::string_view payload) {
  protocol::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  publish.qos = protocol::Qos::at_least_once;
  publish.retain = true;
  publish.packet_identifier = 1;
  return publish;
}

}  // namespace

TEST_CASE("what is chosen: filters, exceptions, an expression") {
  Plan plan = plan_of({"home/#", "shed/+"});
  plan.exceptions = {"home/+/keep"};
  plan.match = "^home/.*[0-9]|shed";
  auto chooser = Chooser::make(plan);
  REQUIRE(chooser);
  CHECK(chooser->wants("home/kitchen/7"));
  CHECK(chooser->wants("shed/door"));
  CHECK_FALSE(chooser->wants("home/kitchen"));
  CHECK_FALSE(chooser->wants("home/7/keep"));
  CHECK_FALSE(chooser->wants("shed/door/7"));
  CHECK_FALSE(chooser->wants("cellar/7"));
}

TEST_CASE("a bad expression is named with its fault") {
  Plan plan = plan_of({"#"});
  plan.match = "a(";
  const auto chooser = Chooser::make(plan);
  REQUIRE_FALSE(chooser);
  CHECK(chooser.error().code == ExitCode::usage);
  CHECK(chooser.error().text == "--match: Unmatched ( or \\(");
}

TEST_CASE("a long topic of a stranger does not exhaust the expression") {
  Plan plan = plan_of({"#"});
  plan.match = "(a|b)*c$";
  CHECK_FALSE(Chooser::make(plan)->wants(std::string(65'535, 'a')));
}

TEST_CASE("a backup is compared by topic and payload") {
  const Path path;
  {
    auto backup = Backup::create(path.text);
    REQUIRE(backup);
    backup->add(message("a", "1"), {});
    backup->add(message("b", std::string_view("\0\xFF", 2)), {});
    backup->add(message("c", "3"), {});
    backup->add(message("other", "4"), {});
    REQUIRE(backup->save());
  }
  const Plan plan = plan_of({"+"});
  Plan narrow = plan;
  narrow.exceptions = {"other"};
  auto comparison = Comparison::read(path.text, *Chooser::make(narrow));
  REQUIRE(comparison);
  using Change = Comparison::Change;
  CHECK(comparison->note({"a", 1, retained::hash_of("1")}) == Change::none);
  CHECK(comparison->note({"b", 2, retained::hash_of(std::string_view("\0\xFF", 2))}) ==
        Change::none);
  CHECK(comparison->note({"new", 1, retained::hash_of("1")}) == Change::added);
  CHECK(comparison->note({"a", 1, retained::hash_of("2")}) == Change::changed);
  std::vector<std::string> missing;
  comparison->each_missing([&](std::string_view topic) { missing.emplace_back(topic); });
  CHECK(missing == std::vector<std::string>{"c"});
}

TEST_CASE("a backup never writes over a file") {
  const Path path;
  REQUIRE(Backup::create(path.text));
  const auto again = Backup::create(path.text);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ExitCode::io);
  CHECK(again.error().text.find("it is there already") != std::string::npos);
}

TEST_CASE("a bad line of a backup is named") {
  const Path path;
  std::ofstream(path.text)
      << "{\"type\":\"message\",\"topic\":\"a\",\"payload\":\"1\"}\n\nnothing\n";
  const Plan plan = plan_of({"#"});
  const auto comparison = Comparison::read(path.text, *Chooser::make(plan));
  REQUIRE_FALSE(comparison);
  CHECK(comparison.error().code == ExitCode::io);
  CHECK(comparison.error().text.find(", line 3: ") != std::string::npos);
}
