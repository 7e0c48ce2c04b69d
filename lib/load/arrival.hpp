#pragma once

#include <optional>
#include <span>
#include <sys/types.h>

#include "base/export.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::load {

/// Asks the kernel to note when what comes over this TCP socket arrives (SO_TIMESTAMPING).
MQTT_TOOLBOX_API bool ask_for_arrival_times(int socket);

/// What one read of a socket brought.
struct TimedRead {
  ssize_t size = 0;  ///< as of recvmsg(2)
  /// For how long the last byte of it had been there; nothing where the kernel does not say.
  std::optional<Duration> waited;
};

/// Reads from a socket that was asked.
MQTT_TOOLBOX_API TimedRead read_with_arrival(int socket, std::span<char> into);

}  // namespace mqtt_toolbox::load
