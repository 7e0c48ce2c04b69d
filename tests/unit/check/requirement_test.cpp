#include "check/requirement.hpp"

#include <doctest/doctest.h>

#include "rows.hpp"

namespace mqtt_toolbox::check {
namespace {

std::vector<Requirement> parsed(std::string_view list) {
  auto requirements = parse_requirements(list, rows);
  REQUIRE_MESSAGE(requirements, requirements.error().text);
  return *requirements;
}

std::string refused(std::string_view list) {
  const auto requirements = parse_requirements(list, rows);
  REQUIRE(!requirements);
  CHECK(requirements.error().code == ExitCode::usage);
  return requirements.error().text;
}

const std::vector<Fact> facts{
    measured(rows[0], true),
    measured(rows[1], false),
    measured(rows[2], std::uint64_t(201)),
    measured(rows[3], std::uint64_t(16u << 20), true),
    measured(rows[5], std::uint64_t(90'000)),
    measured(rows[6], std::string("none")),
};

bool is_met(std::string_view requirement) {
  const auto all = parsed(requirement);
  REQUIRE(all.size() == 1);
  return fulfilment_of(all.front(), facts).met;
}

TEST_CASE("a list is parted by commas, with white space as one likes") {
  const auto all = parsed(" qos2, !anonymous ,packet >= 1MiB,levels<300");
  REQUIRE(all.size() == 4);
  CHECK(all[0].text == "qos2");
  CHECK(all[0].op == Requirement::Operator::has);
  CHECK(all[1].text == "!anonymous");
  CHECK(all[1].op == Requirement::Operator::lacks);
  CHECK(all[2].text == "packet >= 1MiB");
  CHECK(all[2].op == Requirement::Operator::at_least);
  CHECK(std::get<std::uint64_t>(all[2].value) == 1u << 20);
  CHECK(all[3].row == &rows[2]);
}

TEST_CASE("what is there and what is not") {
  CHECK(is_met("qos2"));
  CHECK_FALSE(is_met("!qos2"));
  CHECK_FALSE(is_met("anonymous"));
  CHECK(is_met("!anonymous"));
  CHECK(is_met("levels"));
  CHECK_FALSE(is_met("methods"));
  CHECK(is_met("!methods"));
  CHECK(is_met("qos2=yes"));
  CHECK(is_met("anonymous = off"));
}

TEST_CASE("comparisons") {
  CHECK(is_met("levels>=201"));
  CHECK_FALSE(is_met("levels>=202"));
  CHECK(is_met("levels<=201"));
  CHECK_FALSE(is_met("levels<201"));
  CHECK(is_met("levels>200"));
  CHECK_FALSE(is_met("levels>201"));
  CHECK(is_met("levels=201"));
  CHECK(is_met("levels==201"));
  CHECK(is_met("levels!=200"));
  CHECK_FALSE(is_met("levels!=201"));
  CHECK(is_met("expiry>=1m"));
  CHECK_FALSE(is_met("expiry>=2m"));
  CHECK(is_met("methods=none"));
  CHECK(is_met("methods!=SCRAM-SHA-256"));
}

TEST_CASE("of what is known to be at least so large, only a lower bound is certain") {
  CHECK(is_met("packet>=1MiB"));
  CHECK(is_met("packet>=16MiB"));
  CHECK_FALSE(is_met("packet>=32MiB"));
  CHECK_FALSE(is_met("packet<=16MiB"));
  CHECK_FALSE(is_met("packet<32MiB"));
  CHECK_FALSE(is_met("packet=16MiB"));
  CHECK(is_met("packet!=1MiB"));
  CHECK_FALSE(is_met("packet!=16MiB"));
  CHECK_FALSE(is_met("packet!=32MiB"));
}

TEST_CASE("what is not known is not met, either way") {
  CHECK_FALSE(is_met("cut<10s"));
  CHECK_FALSE(is_met("!cut"));
  CHECK(fulfilment_of(parsed("cut").front(), facts).observed == "unknown");
  CHECK(fulfilment_of(parsed("packet").front(), facts).observed == "at least 16 MiB");
}

TEST_CASE("what is no requirement is refused, with the nearest name") {
  CHECK(refused("packte>=1MiB").find("did you mean packet?") != std::string::npos);
  CHECK(refused("nonsense").find("the manual lists them") != std::string::npos);
  CHECK(refused("qos2,,packet").find("missing") != std::string::npos);
  CHECK(refused("").find("missing") != std::string::npos);
  CHECK(refused("qos2>1").find("= and != only") != std::string::npos);
  CHECK(refused("methods<=x").find("= and != only") != std::string::npos);
  CHECK(refused("!levels>3").find("without a comparison") != std::string::npos);
  CHECK(refused("packet>=many").find("many") != std::string::npos);
  CHECK(refused("levels>=1MiB").find("1MiB") != std::string::npos);
  CHECK(refused("levels>=-1").find("-1") != std::string::npos);
  CHECK(refused(">=3").find("no fact") != std::string::npos);
  CHECK(refused("\x1B[31m").find('\x1B') == std::string::npos);
}

}  // namespace
}  // namespace mqtt_toolbox::check
