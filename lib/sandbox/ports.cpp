#include "sandbox/ports.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/system.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

Result<std::uint16_t> bind_free_port(int descriptor) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (descriptor < 0 || ::bind(descriptor, generic, size) != 0 ||
      ::getsockname(descriptor, generic, &size) != 0) {
    return fail(ExitCode::io, "no free TCP port on 127.0.0.1: " + system_text(errno));
  }
  return ntohs(address.sin_port);
}

}  // namespace

Result<std::vector<std::uint16_t>> free_ports(std::size_t count) {
  std::vector<FileDescriptor> held;  // until all are found, so that they differ
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) {
    held.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Result<std::uint16_t> port = bind_free_port(held.back().get());
    if (!port) return tl::unexpected(port.error());
    ports.push_back(*port);
  }
  return ports;
}

}  // namespace mqtt_toolbox::sandbox
