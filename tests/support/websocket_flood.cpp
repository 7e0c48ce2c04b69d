// websocket-flood KIND: listens on a free port of 127.0.0.1 and prints it; whoever connects gets a
// WebSocket, CONNACK of MQTT 3.1.1 to what comes first, and then frames of this kind without end
// which bring nothing: "empty" ones, "fragments" of a message, or "pings".
#include <iostream>
#include <poll.h>
#include <string>
#include <sys/socket.h>

#include "support/listener.hpp"
#include "support/websocket_frames.hpp"

namespace {

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::support::websocket_peer;

constexpr std::string_view connack("\x20\x02\x00\x00", 4);

std::string flood_of(const std::string& kind) {
  if (kind == "empty") return frame(binary, "");
  if (kind == "fragments") return frame(continuation, "", false);
  return kind == "pings" ? frame(ping, std::string(100, 'p')) : std::string();
}

/// Whether the other side took it all.
bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::string read_some(int socket) {
  char bytes[4096];
  const ssize_t size = recv(socket, bytes, sizeof bytes, 0);
  return {bytes, size > 0 ? static_cast<std::size_t>(size) : 0};
}

void serve(int socket, const std::string& kind) {
  std::string request;
  while (!request.ends_with("\r\n\r\n")) {
    const std::string more = read_some(socket);
    if (more.empty()) return;
    request += more;
  }
  if (!write_all(socket, accepting(request)) || read_some(socket).empty()) return;
  std::string flood = frame(binary, connack);
  // A continuation needs something that it goes on with.
  if (kind == "fragments") flood += frame(binary, "", false);
  do {
    const std::string piece = flood_of(kind);
    while (flood.size() < (64u << 10)) flood += piece;
  } while (write_all(socket, std::exchange(flood, {})));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc == 2 ? argv[1] : "";
  const auto listener = support::listen_anywhere();
  if (flood_of(kind).empty() || !listener) {
    std::cerr << "usage: websocket-flood empty|fragments|pings\n";
    return 2;
  }
  std::cout << support::port_of(*listener) << std::endl;
  for (;;) {
    pollfd waiting{listener->get(), POLLIN, 0};
    poll(&waiting, 1, -1);
    const FileDescriptor peer(accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (peer) serve(peer.get(), kind);
  }
}
