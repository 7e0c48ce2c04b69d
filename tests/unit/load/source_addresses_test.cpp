#include "load/source_addresses.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "load/prepared.hpp"
#include "load/ranks.hpp"
#include "load/warnings.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::load;

namespace {

std::uint32_t quick() {
  return quick_connects(local_ports());
}

Plan connecting(std::uint32_t clients, const std::string& host = "127.0.0.1") {
  Plan plan;
  plan.scenario = Scenario::connect;
  plan.idle_clients = clients;
  plan.clients.transport.host = host;
  return plan;
}

/// `taken`: how many of them are said to have been taken without being asked for.
std::set<std::string> addresses_of(const Plan& plan, std::uint32_t taken) {
  const auto prepared = prepare_plan(plan);
  REQUIRE(prepared);
  std::set<std::string> addresses;
  for (const auto& settings : (*prepared)->transports) addresses.insert(settings.bind_address);
  CHECK((*prepared)->plan.clients.loopback_addresses == taken);
  return addresses;
}

bool warns_of_ports(const Plan& plan, std::uint32_t clients) {
  Measurement measurement;
  measurement.plan = plan;
  const auto warnings = warnings_of(measurement, clients, false, {});
  return std::count(warnings.begin(), warnings.end(), Warning::few_ports) != 0;
}

}  // namespace

TEST_CASE("as many loopback addresses as needed, and none where one will do") {
  using Addresses = std::set<std::string>;
  CHECK(addresses_of(connecting(1), 0) == Addresses{""});
  CHECK(addresses_of(connecting(quick()), 0) == Addresses{""});
  CHECK(addresses_of(connecting(quick() + 1), 2) == Addresses{"127.0.0.1", "127.0.0.2"});
  CHECK(addresses_of(connecting(2 * quick() + 1, "127.3.2.1"), 3) ==
        Addresses{"127.0.0.1", "127.0.0.2", "127.0.0.3"});
}

TEST_CASE("what was chosen, and what is elsewhere, is left alone") {
  Plan plan = connecting(quick() + 1);
  plan.clients.source_addresses = {"127.0.0.1"};
  CHECK(addresses_of(plan, 0) == std::set<std::string>{"127.0.0.1"});
  plan.clients.source_addresses.clear();
  plan.clients.transport.bind_address = "127.0.0.9";
  CHECK(addresses_of(plan, 0).size() == 1);
  for (const char* const host : {"192.0.2.1", "::1", "::ffff:127.0.0.1"})
    CHECK(addresses_of(connecting(quick() + 1, host), 0).size() == 1);
}

TEST_CASE("ranks take the addresses together") {
  std::set<std::string> first;
  for (std::uint32_t rank = 0; rank < 2; ++rank) {
    const auto share = share_of(connecting(quick() + 2), rank, 2);
    REQUIRE(share);
    const auto prepared = prepare_plan(*share);
    REQUIRE(prepared);
    REQUIRE((*prepared)->transports.size() == 2);
    first.insert((*prepared)->transports.front().bind_address);
  }
  CHECK(first.size() == 2);
}

TEST_CASE("where connects grow slow, a warning names the limit and the option") {
  Plan plan = connecting(1, "192.0.2.1");
  CHECK_FALSE(warns_of_ports(plan, quick()));
  CHECK(warns_of_ports(plan, quick() + 1));
  plan.clients.source_addresses = {"192.0.2.7", "192.0.2.8"};
  CHECK_FALSE(warns_of_ports(plan, quick() + 1));
  plan.clients.source_addresses.clear();
  plan.clients.transport.unix_path = "/run/broker";
  CHECK_FALSE(warns_of_ports(plan, quick() + 1));
}
