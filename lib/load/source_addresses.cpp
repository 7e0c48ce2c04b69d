#include "load/source_addresses.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "load/prepared.hpp"

namespace mqtt_toolbox::load {

namespace {

constexpr std::uint32_t usual_first_port = 32'768;
constexpr std::uint32_t usual_last_port = 60'999;
/// 127.0.255.255 at most.
constexpr std::uint32_t most_addresses = 65'535;

/// Every address of 127.0.0.0/8 is this machine's without being set up; ::1 is alone.
bool is_within_loopback(const Prepared& run) {
  return !run.addresses.empty() &&
         std::all_of(run.addresses.begin(), run.addresses.end(),
                     [](const auto& address) { return address.text.starts_with("127."); });
}

bool has_chosen(const Clients& clients) {
  return !clients.source_addresses.empty() || !clients.transport.bind_address.empty();
}

std::uint32_t addresses_needed(std::uint32_t clients) {
  const std::uint32_t each = std::max(1u, quick_connects(local_ports()));
  return std::min(clients / each + (clients % each == 0 ? 0 : 1), most_addresses);
}

std::string loopback_address(std::uint32_t number) {
  return fmt::format("127.0.{}.{}", number >> 8, number & 0xFF);
}

}  // namespace

std::uint32_t local_ports() {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  if (!(file >> first >> last) || last < first) {
    first = usual_first_port;
    last = usual_last_port;
  }
  return last - first + 1;
}

void choose_source_addresses(Prepared& run) {
  Clients& clients = run.plan.clients;
  if (has_chosen(clients) || !is_within_loopback(run)) return;
  const std::uint32_t needed =
      addresses_needed(std::max(run.clients, clients.clients_of_all_ranks));
  if (needed < 2) return;
  // Ranks begin with another one each, so that together they take all of them alike.
  for (std::uint32_t i = 0; i < needed; ++i)
    clients.source_addresses.push_back(loopback_address((clients.rank + i) % needed + 1));
  clients.loopback_addresses = needed;
}

}  // namespace mqtt_toolbox::load
