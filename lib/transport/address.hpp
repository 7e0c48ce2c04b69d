#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "transport/connector.hpp"

namespace mqtt_toolbox::transport {

/// "h:1883", "[::1]:1883".
std::string host_and_port(const std::string& host, std::uint16_t port);

/// What can be said without asking a name service: addresses (IPv6 with scope), localhost (::1,
/// then 127.0.0.1). Empty for other names.
std::vector<Address> known_addresses(const std::string& host, std::uint16_t port);

/// Asks the system; blocks. The error's text is the cause alone.
Result<std::vector<Address>> look_up(const std::string& host, std::uint16_t port);

/// ExitCode::usage with the cause alone when the path is too long.
Result<Address> unix_address(const std::string& path);

}  // namespace mqtt_toolbox::transport
