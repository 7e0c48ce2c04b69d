#include "transport/dial.hpp"

#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>

#include <fmt/format.h>

#include "transport/address.hpp"

namespace mqtt_toolbox::transport {

namespace {

const sockaddr* socket_address(const Address& address) {
  return reinterpret_cast<const sockaddr*>(address.bytes.data());
}

socklen_t address_size(const Address& address) {
  return static_cast<socklen_t>(address.bytes.size());
}

tl::unexpected<DialFailure> cannot_bind(const std::string& name, const std::string& cause) {
  return tl::unexpected<DialFailure>({fmt::format("cannot bind to {}: {}", name, cause)});
}

using Bound = tl::expected<void, DialFailure>;

Bound bind_to(int socket, const Address& local, const std::string& name) {
  int later = 1;  // the port is chosen with the peer in view, so that many connections fit
  setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof later);
  if (bind(socket, socket_address(local), address_size(local)) == 0) return {};
  return cannot_bind(name, system_text(errno));
}

std::optional<Address> interface_address(const std::string& name, sa_family_t family) {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return std::nullopt;
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(found, &freeifaddrs);
  for (; found != nullptr; found = found->ifa_next) {
    if (found->ifa_addr == nullptr || found->ifa_addr->sa_family != family) continue;
    if (name != found->ifa_name) continue;
    const char* bytes = reinterpret_cast<const char*>(found->ifa_addr);
    std::size_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    return Address{std::vector<char>(bytes, bytes + size), name};
  }
  return std::nullopt;
}

Bound bind_to_interface(int socket, sa_family_t family, const std::string& name) {
  auto size = static_cast<socklen_t>(name.size());
  if (setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, name.data(), size) == 0) return {};
  std::string cause = system_text(errno);
  if (auto local = interface_address(name, family)) return bind_to(socket, *local, name);
  return cannot_bind(name, cause);
}

Bound bind_socket(int socket, sa_family_t family, const std::string& name) {
  if (if_nametoindex(name.c_str()) != 0) return bind_to_interface(socket, family, name);
  auto locals = known_addresses(name, 0);
  if (locals.empty()) {
    return cannot_bind(name, "neither an address nor an interface of this machine");
  }
  for (const Address& local : locals) {
    if (socket_address(local)->sa_family == family) return bind_to(socket, local, name);
  }
  return tl::unexpected<DialFailure>(
      {fmt::format("cannot bind to {}: an address of the other IP version", name), true});
}

Bound prepare(int socket, sa_family_t family, const ConnectSettings& settings) {
  if (family == AF_UNIX) return {};
  int yes = 1;
  if (settings.no_delay) setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (settings.bind_address.empty()) return {};
  return bind_socket(socket, family, settings.bind_address);
}

DialFailure no_socket(int error_number) {
  DialFailure failure = dial_failure(error_number);
  failure.is_own_shortage = is_shortage(error_number);
  return failure;
}

}  // namespace

bool is_shortage(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

DialFailure dial_failure(int error_number) {
  bool unusable =
      error_number == EAFNOSUPPORT || error_number == EADDRNOTAVAIL || error_number == ENETUNREACH;
  if (error_number == EAGAIN) return {"its queue of new connections is full"};
  return {system_text(error_number), unusable};
}

tl::expected<Dialled, DialFailure> dial(const Address& address, const ConnectSettings& settings) {
  sa_family_t family = socket_address(address)->sa_family;
  Dialled dialled{FileDescriptor(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
  if (!dialled.socket) return tl::unexpected(no_socket(errno));
  if (auto bound = prepare(dialled.socket.get(), family, settings); !bound) {
    return tl::unexpected(bound.error());
  }
  int outcome = connect(dialled.socket.get(), socket_address(address), address_size(address));
  dialled.connected = outcome == 0;
  if (outcome != 0 && errno != EINPROGRESS) return tl::unexpected(dial_failure(errno));
  return dialled;
}

}  // namespace mqtt_toolbox::transport
