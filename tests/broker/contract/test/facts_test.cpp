#include "facts.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::contract;

namespace {

Result<BrokerFacts> facts_from(const char* text) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("contract-facts-" + std::to_string(::getpid()) + ".json");
  std::ofstream(file) << text;
  auto facts = read_facts(file.string());
  std::filesystem::remove(file);
  return facts;
}

}  // namespace

TEST_CASE("a broker with a listener for each version") {
  const auto facts = facts_from(R"({"name": "broker", "version": "1", "doors": {"tcp": 1, "ws": 2},
    "login": {"port": 3, "username": "user", "password": "secret"},
    "v5": {"doors": {"tcp": 4, "ws": null}, "login": {"port": 5}}})");
  REQUIRE(facts);
  CHECK(facts->of(protocol::Version::v311).doors.at("tcp") == 1);
  CHECK(facts->of(std::nullopt).doors.at("ws") == 2);
  const BrokerFacts& v5 = facts->of(protocol::Version::v5);
  CHECK(v5.name == "broker");
  CHECK(v5.doors.at("tcp") == 4);
  CHECK_FALSE(v5.doors.contains("ws"));
  CHECK(v5.login->port == 5);
  CHECK(v5.login->credentials.password == "secret");
}

TEST_CASE("a broker with the same listeners for all versions, and how many cases it bears") {
  const auto facts =
      facts_from(R"({"name": "broker", "version": "1", "doors": {"tcp": 1}, "side_by_side": 1})");
  REQUIRE(facts);
  CHECK(facts->of(protocol::Version::v5).doors.at("tcp") == 1);
  CHECK(facts->side_by_side == 1);
}
