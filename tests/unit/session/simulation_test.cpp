#include "unit/session/simulation.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::session;
using protocol::Version;

namespace {

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

void check(const Scenario& scenario, const std::string& what) {
  const auto violations = Simulation(scenario).run();
  const std::string first = violations.empty() ? "" : violations.front();
  CHECK_MESSAGE(violations.empty(), what, ": ", first);
}

using MakeScenario = Scenario (*)(std::uint64_t seed);

void check_seeds(MakeScenario make) {
  const auto check_seed = [make](std::uint64_t seed) {
    check(make(seed), "MQTT_TEST_SEED=" + std::to_string(seed));
  };
  if (const auto seed = number_from("MQTT_TEST_SEED")) return check_seed(*seed);
  const auto seeds = number_from("MQTT_TEST_SEEDS").value_or(3000);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) check_seed(seed);
}

/// One message each way, and everything else as simple as can be.
Scenario one_message_each_way(Version version, int qos, bool acknowledge_at_once) {
  Scenario scenario;
  scenario.seed = 7;
  scenario.version = version;
  scenario.settings.resume = true;
  scenario.settings.acknowledge_at_once = acknowledge_at_once;
  scenario.server.version = version;
  scenario.messages_to_server = 2;
  scenario.messages_to_client = 2;
  scenario.lowest_qos = scenario.highest_qos = qos;
  scenario.largest_payload = 10;
  return scenario;
}

}  // namespace

TEST_CASE("thousands of lives of a session over a bad network") {
  check_seeds(random_scenario);
}

TEST_CASE("thousands of durable sessions, whose process crashes at any moment") {
  check_seeds(random_scenario_with_crashes);
}

TEST_CASE("a cut at every byte, in both directions") {
  for (const auto version : {Version::v5, Version::v311}) {
    for (const int qos : {1, 2}) {
      for (const bool at_once : {true, false}) {
        const Scenario plain = one_message_each_way(version, qos, at_once);
        Simulation whole(plain);
        REQUIRE(whole.run().empty());
        for (const bool to_server : {true, false}) {
          for (std::size_t byte = 1; byte <= whole.bytes(to_server); ++byte) {
            Scenario cut = plain;
            cut.cuts = {{to_server, byte}};
            check(cut, "QoS " + std::to_string(qos) + ", MQTT " + std::string(name(version)) +
                           (to_server ? ", to the server" : ", to the client") + ", byte " +
                           std::to_string(byte));
            cut.cuts.push_back({!to_server, byte});
            check(cut, "and once more in the other direction");
          }
        }
      }
    }
  }
}
