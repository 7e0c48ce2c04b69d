#include "transport/address.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>

#include "base/system.hpp"
#include "transport/dial.hpp"

namespace mqtt_toolbox::transport {

namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string address_text(const addrinfo& found, std::uint16_t port) {
  char host[NI_MAXHOST];
  if (getnameinfo(found.ai_addr, found.ai_addrlen, host, sizeof host, nullptr, 0, NI_NUMERICHOST) !=
      0) {
    return "?";
  }
  return host_and_port(host, port);
}

Address to_address(const addrinfo& found, std::uint16_t port) {
  const char* bytes = reinterpret_cast<const char*>(found.ai_addr);
  return {std::vector<char>(bytes, bytes + found.ai_addrlen), address_text(found, port)};
}

/// Appends to `addresses`; returns what getaddrinfo said.
int ask(const std::string& host, std::uint16_t port, int flags, std::vector<Address>& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int outcome = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (outcome != 0) return outcome;
  AddressList list(found, &freeaddrinfo);
  for (; found != nullptr; found = found->ai_next) addresses.push_back(to_address(*found, port));
  return 0;
}

std::string lookup_cause(int outcome, int error_number) {
  switch (outcome) {
    case EAI_NONAME: return "no such host name";
#ifdef EAI_NODATA
    case EAI_NODATA: return "the host name has no address";
#endif
    case EAI_AGAIN: return "the name service does not answer";
    case EAI_SYSTEM: return system_text(error_number);
    default: return gai_strerror(outcome);
  }
}

}  // namespace

std::string host_and_port(const std::string& host, std::uint16_t port) {
  bool ipv6 = host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::vector<Address> known_addresses(const std::string& host, std::uint16_t port) {
  std::vector<Address> addresses;
  if (strcasecmp(host.c_str(), "localhost") == 0) {
    ask("::1", port, AI_NUMERICHOST, addresses);
    ask("127.0.0.1", port, AI_NUMERICHOST, addresses);
  } else {
    ask(host, port, AI_NUMERICHOST, addresses);
  }
  return addresses;
}

Result<std::vector<Address>> look_up(const std::string& host, std::uint16_t port) {
  std::vector<Address> addresses;
  int outcome = ask(host, port, 0, addresses);
  const int cause = errno;
  const bool is_own_shortage = outcome == EAI_SYSTEM && is_shortage(cause);
  if (outcome != 0)
    return fail(is_own_shortage ? ExitCode::io : ExitCode::unreachable,
                lookup_cause(outcome, cause));
  return addresses;
}

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) {
  auto known = known_addresses(host, port);
  if (!known.empty()) return known;
  return look_up(host, port).map_error([&](const Error& error) {
    return Error{error.code,
                 fmt::format("cannot reach {}: {}", host_and_port(host, port), error.text)};
  });
}

Result<Address> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(ExitCode::usage,
                fmt::format("the path has {} bytes, a Unix socket takes at most {}", path.size(),
                            sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const char* bytes = reinterpret_cast<const char*>(&address);
  std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + 1;
  return Address{std::vector<char>(bytes, bytes + size), path};
}

std::string target_name(const ConnectSettings& settings) {
  if (!settings.unix_path.empty()) return settings.unix_path;
  return host_and_port(settings.host, settings.port);
}

}  // namespace mqtt_toolbox::transport
