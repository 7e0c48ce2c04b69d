#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"

namespace mqtt_toolbox::sandbox {

/// `count` different TCP ports of 127.0.0.1 that nobody listens on at this moment; somebody else
/// may take one before the broker does. ExitCode::io when there is none.
Result<std::vector<std::uint16_t>> free_ports(std::size_t count);

}  // namespace mqtt_toolbox::sandbox
