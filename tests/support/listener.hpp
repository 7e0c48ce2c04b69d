#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "base/system.hpp"

namespace mqtt_toolbox::support {

/// A non-blocking socket that listens on a free port of 127.0.0.1. ExitCode::io.
Result<FileDescriptor> listen_anywhere();
std::uint16_t port_of(const FileDescriptor& listener);

}  // namespace mqtt_toolbox::support
