#pragma once

#include "base/result.hpp"
#include "base/system.hpp"
#include "transport/connector.hpp"
#include "transport/settings.hpp"

namespace mqtt_toolbox::transport {

struct Dialled {
  FileDescriptor socket;
  bool connected = false;  ///< else under way: the socket becomes writable
};

/// A non-blocking socket on its way to `address`, with the options of `settings`. The error's text
/// is the cause alone; `unusable` says that this machine has no way into that family of addresses,
/// `is_own_shortage` that it has no socket to spare, which says nothing of the peer.
struct DialFailure {
  std::string cause;
  bool unusable = false;
  bool is_own_shortage = false;
};
tl::expected<Dialled, DialFailure> dial(const Address& address, const ConnectSettings& settings);

/// Whether the errno value says that there is nothing left here to make a socket of.
bool is_shortage(int error_number);

/// What a failed connect() came to.
DialFailure dial_failure(int error_number);

}  // namespace mqtt_toolbox::transport
