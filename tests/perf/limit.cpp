// limit: what the machine allows at most, with plain sockets and ready bytes: the floor that every
// client is measured against.
//   limit oneshot PORT          one QoS 1 message: CONNECT, CONNACK, PUBLISH, PUBACK, DISCONNECT
//   limit publish PORT COUNT    COUNT QoS 0 packets of 64 bytes payload in 64 KiB writes
//   limit receive PORT BYTES    subscribe, read BYTES bytes and discard them
//   limit connect PORT COUNT    COUNT connections to CONNACK, 64 under way at once; prints the rate

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace std::string_view_literals;

constexpr auto connect_packet = "\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x"sv;
constexpr auto subscribe_packet = "\x82\x06\x00\x01\x00\x01x\x00"sv;
constexpr auto publish_qos_1 = "\x32\x06\x00\x01x\x00\x01m"sv;
constexpr auto disconnect_packet = "\xe0\x00"sv;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t size = write(fd, bytes.data(), bytes.size());
    if (size < 0) fail("write");
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

std::size_t read_some(int fd, char* into, std::size_t size) {
  ssize_t got = read(fd, into, size);
  if (got <= 0) fail("read");
  return static_cast<std::size_t>(got);
}

void read_packet(int fd) {
  char bytes[64];
  read_some(fd, bytes, sizeof bytes);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int open_connection(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  write_all(fd, connect_packet);
  read_packet(fd);
  return fd;
}

void one_shot(int port) {
  int fd = open_connection(port);
  write_all(fd, publish_qos_1);
  read_packet(fd);
  write_all(fd, disconnect_packet);
}

void publish(int port, long count) {
  std::string packet = "\x30\x43";
  packet.append("\x00\x01x"sv).append(64, 'p');
  const long in_block = 65536 / static_cast<long>(packet.size());
  std::string block;
  for (long i = 0; i < in_block; ++i) block += packet;
  int fd = open_connection(port);
  for (; count > 0; count -= in_block) write_all(fd, block);
  write_all(fd, disconnect_packet);
}

void receive(int port, long bytes) {
  static char block[256 * 1024];
  int fd = open_connection(port);
  write_all(fd, subscribe_packet);
  while (bytes > 0) bytes -= static_cast<long>(read_some(fd, block, sizeof block));
}

void allow_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void begin_connection(int epoll, const sockaddr_in& address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    fail("connect");
  }
  epoll_event event{EPOLLOUT, {}};
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/// True when it got its CONNACK.
bool go_on(int epoll, epoll_event event) {
  const int fd = event.data.fd;
  if ((event.events & EPOLLOUT) == 0) {
    read_packet(fd);
    return true;
  }
  write_all(fd, connect_packet);
  event.events = EPOLLIN;
  epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
  return false;
}

void connect_many(int port, long count) {
  allow_open_files();
  const sockaddr_in address = loopback(port);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const auto start = std::chrono::steady_clock::now();
  long begun = 0;
  for (; begun < std::min(count, 64L); ++begun) begin_connection(epoll, address);
  epoll_event events[64];
  for (long done = 0; done < count;) {
    const int ready = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < ready; ++i) {
      if (!go_on(epoll, events[i])) continue;
      ++done;
      if (begun < count) {
        begin_connection(epoll, address);
        ++begun;
      }
    }
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::printf("%.0f\n", static_cast<double>(count) / taken.count());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::string_view what = argv[1];
  int port = std::atoi(argv[2]);
  long count = argc > 3 ? std::atol(argv[3]) : 0;
  if (what == "oneshot") one_shot(port);
  if (what == "publish") publish(port, count);
  if (what == "receive") receive(port, count);
  if (what == "connect") connect_many(port, count);
}
