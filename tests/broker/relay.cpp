// relay ADDRESS HOST PORT [RATE]: listens on a free port of ADDRESS, prints the port, and passes
// every connection on to HOST PORT, with RATE at most so many bytes a second of what comes from the
// client, which then wait at the client. relay ADDRESS socks [USER:PASSWORD]: a SOCKS5 proxy
// instead (RFC 1928 and 1929), which prints a line with the destination of each connection. SIGUSR1
// cuts all connections that there are.
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr int nobody = -1;
constexpr auto pause = std::chrono::milliseconds(20);
std::array<std::atomic<int>, 256> clients;

extern "C" void cut(int) {
  for (const auto& client : clients)
    if (client != nobody) shutdown(client, SHUT_RDWR);
}

/// Where SIGUSR1 finds the client as long as it is served.
std::size_t enter(int client) {
  for (std::size_t i = 0;; i = (i + 1) % clients.size()) {
    int free = nobody;
    if (clients[i].compare_exchange_strong(free, client)) return i;
  }
}

struct Destination {
  std::string host;
  std::string port;
};

struct Addresses {
  Addresses(const std::string& host, const std::string& port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &first) != 0) first = nullptr;
  }
  ~Addresses() {
    if (first != nullptr) freeaddrinfo(first);
  }
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;

  addrinfo* first = nullptr;
};

void without_delay(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int connect_to(const Destination& destination) {
  const Addresses addresses(destination.host, destination.port, 0);
  for (auto* address = addresses.first; address != nullptr; address = address->ai_next) {
    const int descriptor = socket(address->ai_family, address->ai_socktype, 0);
    if (connect(descriptor, address->ai_addr, address->ai_addrlen) == 0) return descriptor;
    close(descriptor);
  }
  return -1;
}

/// The listening socket, -1 if there is no such address here. What is received slowly has little
/// room.
int listen_on(const std::string& host, bool is_slow) {
  const Addresses addresses(host, "0", AI_NUMERICHOST | AI_PASSIVE);
  if (addresses.first == nullptr) return -1;
  const int descriptor = socket(addresses.first->ai_family, SOCK_STREAM, 0);
  const int little = 4096;
  if (is_slow) setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  if (bind(descriptor, addresses.first->ai_addr, addresses.first->ai_addrlen) != 0 ||
      listen(descriptor, 64) != 0)
    return -1;
  return descriptor;
}

std::string port_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  std::array<char, NI_MAXSERV> port{};
  getnameinfo(reinterpret_cast<sockaddr*>(&address), size, nullptr, 0, port.data(), port.size(),
              NI_NUMERICSERV);
  return port.data();
}

bool send_all(int descriptor, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Bytes until either side ends; `rate` a second of `one`'s, 0: as fast as they come.
void pass_on(int one, int other, std::size_t rate) {
  std::array<pollfd, 2> sides{{{one, POLLIN, 0}, {other, POLLIN, 0}}};
  std::array<char, 65536> block;
  const std::size_t share = rate / (std::chrono::seconds(1) / pause);
  while (poll(sides.data(), sides.size(), -1) > 0) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (sides[i].revents == 0) continue;
      const bool is_slow = rate != 0 && i == 0;
      const ssize_t size = recv(sides[i].fd, block.data(), is_slow ? share : block.size(), 0);
      if (size <= 0) return;
      if (is_slow) std::this_thread::sleep_for(pause);
      if (!send_all(sides[1 - i].fd, block.data(), static_cast<std::size_t>(size))) return;
    }
  }
}

std::string receive(int descriptor, std::size_t size) {
  std::string bytes(size, '\0');
  if (recv(descriptor, bytes.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) return {};
  return bytes;
}

std::size_t receive_length(int descriptor) {
  const std::string byte = receive(descriptor, 1);
  return byte.empty() ? 0 : static_cast<unsigned char>(byte[0]);
}

bool answer(int descriptor, std::string_view bytes) {
  return send_all(descriptor, bytes.data(), bytes.size());
}

bool let_in(int client, const std::string& credentials) {
  receive(client, 1);
  const std::string methods = receive(client, receive_length(client));
  const char method = credentials.empty() ? 0 : 2;
  if (methods.find(method) == std::string::npos) return answer(client, {"\5\xFF", 2}) && false;
  answer(client, {method == 0 ? "\5\0" : "\5\2", 2});
  if (method == 0) return true;
  receive(client, 1);
  const std::string user = receive(client, receive_length(client));
  const std::string password = receive(client, receive_length(client));
  const bool right = user + ":" + password == credentials;
  return answer(client, {right ? "\1\0" : "\1\1", 2}) && right;
}

/// The destination of a request that names a host.
std::optional<Destination> requested(int client) {
  constexpr char host_name = 3;
  const std::string request = receive(client, 4);
  if (request.size() != 4 || request[3] != host_name) return std::nullopt;
  const std::string host = receive(client, receive_length(client));
  const std::string port = receive(client, 2);
  if (port.size() != 2) return std::nullopt;
  const int number = static_cast<unsigned char>(port[0]) << 8 | static_cast<unsigned char>(port[1]);
  return Destination{host, std::to_string(number)};
}

std::optional<Destination> serve_socks(int client, const std::string& credentials) {
  if (!let_in(client, credentials)) return std::nullopt;
  auto destination = requested(client);
  if (!destination) return std::nullopt;
  std::cout << "connection to " + destination->host + " " + destination->port + "\n" << std::flush;
  answer(client, {"\5\0\0\1\0\0\0\0\0\0", 10});
  return destination;
}

void serve(int client, std::optional<Destination> destination, const std::string& credentials,
           std::size_t rate) {
  const std::size_t place = enter(client);
  without_delay(client);
  if (!destination) destination = serve_socks(client, credentials);
  const int server = destination ? connect_to(*destination) : -1;
  if (server >= 0) {
    without_delay(server);
    pass_on(client, server, rate);
    close(server);
  }
  clients[place] = nobody;
  close(client);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "Usage: relay ADDRESS HOST PORT [RATE] | relay ADDRESS socks [USER:PASSWORD]\n";
    return 2;
  }
  const bool socks = std::string_view(argv[2]) == "socks";
  const std::string last = argc > 3 ? argv[3] : "";
  std::optional<Destination> destination;
  if (!socks) destination = Destination{argv[2], last};
  for (auto& client : clients) client = nobody;
  std::signal(SIGUSR1, cut);
  const std::size_t rate = !socks && argc > 4 ? std::stoul(argv[4]) : 0;
  const int listener = listen_on(argv[1], rate != 0);
  if (listener < 0) return 3;
  std::cout << port_of(listener) << std::endl;
  for (;;) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0 && errno == EINTR) continue;
    if (client < 0) return 7;
    std::thread(serve, client, destination, last, rate).detach();
  }
}
