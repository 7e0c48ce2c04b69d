#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/export.hpp"

namespace mqtt_toolbox::load {

struct Prepared;

/// How many local ports the system gives to outgoing connections of one address
/// (net.ipv4.ip_local_port_range); what Linux comes with where it does not say.
MQTT_TOOLBOX_API std::uint32_t local_ports();

/// How many connections to one broker begin quickly from one address with so many local ports: the
/// kernel looks at every second port first, and once half of them are taken it searches longer and
/// longer.
constexpr std::uint32_t quick_connects(std::uint32_t ports) {
  return ports / 2;
}

/// "127.0.0.1", "127.0.0.2", ... where the broker is in 127.0.0.0/8, no source address was chosen
/// and one would not do; otherwise what was chosen. Puts them into `run.plan.clients`.
void choose_source_addresses(Prepared& run);

}  // namespace mqtt_toolbox::load
