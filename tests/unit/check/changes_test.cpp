#include "check/changes.hpp"

#include <doctest/doctest.h>

#include "rows.hpp"

namespace mqtt_toolbox::check {
namespace {

Knowledge parsed(std::string_view lines) {
  auto knowledge = parse_knowledge(lines, rows);
  REQUIRE_MESSAGE(knowledge, knowledge.error().text);
  return *knowledge;
}

TEST_CASE("the lines of --json are read back") {
  const Knowledge read = parsed(R"({"type":"finding","case":"qos2","verdict":"pass","took_us":1}
{"type":"fact","name":"qos2","value":true,"source":"measured"}
{"type":"fact","name":"packet","value":1048576,"unit":"bytes","at_least":true,"source":"measured"}
{"type":"fact","name":"methods","value":"none","source":"measured"}

{"type":"fact","name":"later-than-this-version","value":3,"source":"measured"}
{"type":"fact","name":"cut","value":6100,"unit":"ms","source":"measured"}
{"type":"fact","name":"levels","value":"many","source":"measured"}
{"type":"summary","pass":1,"elapsed_us":5,"exit_status":0}
)");
  Knowledge expected;
  expected.add("qos2", Verdict::pass);
  expected.add(measured(rows[0], true));
  expected.add(measured(rows[3], std::uint64_t(1u << 20), true));
  expected.add(measured(rows[6], std::string("none")));
  CHECK(read.facts == expected.facts);
  CHECK(read.findings == expected.findings);
  CHECK(changes_between(read, expected).empty());
}

TEST_CASE("what was added, removed and changed") {
  Knowledge before;
  before.add(measured(rows[0], true));
  before.add(measured(rows[2], std::uint64_t(201)));
  before.add("qos2", Verdict::pass);
  Knowledge after;
  after.add(measured(rows[2], std::uint64_t(8)));
  after.add(measured(rows[6], std::string("none")));
  after.add("qos2", Verdict::fail);
  const auto changes = changes_between(before, after);
  REQUIRE(changes.size() == 4);
  CHECK(changes[0].name == "levels");
  CHECK(changes[0].change == "changed");
  CHECK(changes[0].before == "201");
  CHECK(changes[0].after == "8");
  CHECK(changes[1].name == "qos2");
  CHECK(changes[1].change == "removed");
  CHECK(changes[2].name == "methods");
  CHECK(changes[2].change == "added");
  CHECK(changes[3].kind == "finding");
  CHECK(changes[3].before == "pass");
  CHECK(changes[3].after == "fail");
}

TEST_CASE("facts that differ from run to run are not compared") {
  Knowledge knowledge;
  knowledge.add(measured(rows[4], std::uint64_t(6100)));
  CHECK(knowledge.facts.empty());
}

TEST_CASE("what is no earlier result is an error that names the line") {
  const auto error = [](std::string_view lines) {
    const auto knowledge = parse_knowledge(lines, rows);
    REQUIRE(!knowledge);
    CHECK(knowledge.error().code == ExitCode::io);
    return knowledge.error().text;
  };
  CHECK(error("").find("nothing in it") != std::string::npos);
  CHECK(error("{\"type\":\"summary\"}\n").find("nothing in it") != std::string::npos);
  CHECK(error("{\"type\":\"summary\"}\n{\"type\":").find("line 2") != std::string::npos);
  CHECK(error("[1]\n").find("line 1") != std::string::npos);
  CHECK(error("pass  qos2\n").find("line 1") != std::string::npos);
}

TEST_CASE("what cannot be read as a file is an error that names it") {
  for (const char* path : {"/", "/dev/zero", "/no/such/file"}) {
    CAPTURE(path);
    const auto knowledge = read_knowledge(path, rows);
    REQUIRE(!knowledge);
    CHECK(knowledge.error().code == ExitCode::io);
    CHECK(knowledge.error().text.find(path) != std::string::npos);
  }
}

}  // namespace
}  // namespace mqtt_toolbox::check
