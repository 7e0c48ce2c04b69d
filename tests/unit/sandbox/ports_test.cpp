#include "sandbox/ports.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;

TEST_CASE("free ports: as many as asked for, all different") {
  const auto ports = sandbox::free_ports(50);
  REQUIRE(ports);
  CHECK(std::set<std::uint16_t>(ports->begin(), ports->end()).size() == 50);
  CHECK(*std::min_element(ports->begin(), ports->end()) > 0);
}
