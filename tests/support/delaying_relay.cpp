// delaying-relay HOST PORT MILLISECONDS: listens on a free port of 127.0.0.1, prints it, and passes
// every connection on to HOST PORT, a socket's address. What comes is passed on so much later, in
// either direction, as over a long way; so are ends and resets.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <deque>
#include <iostream>
#include <list>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// What is on its way; more waits at its sender.
constexpr std::size_t most_bytes = 16u << 20;

struct Piece {
  enum class Kind { bytes, end, reset };
  Clock::time_point due;
  Kind kind = Kind::bytes;
  std::string bytes;
};

int connect_to(const addrinfo& address) {
  const int descriptor = socket(address.ai_family, SOCK_STREAM, 0);
  if (connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return descriptor;
  close(descriptor);
  return -1;
}

void without_delay(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// One direction of a connection.
class Way {
 public:
  Way(int from, int to, Clock::duration delay) : from_(from), to_(to), delay_(delay) {}

  bool is_reading() const { return !has_ended_ && waiting_ < most_bytes; }
  bool is_over() const { return has_ended_ && pieces_.empty(); }
  bool is_reset() const { return is_reset_; }
  bool has_due(Clock::time_point now) const {
    return !pieces_.empty() && pieces_.front().due <= now;
  }
  /// When the next piece is due; `latest` where none is.
  Clock::time_point next_due(Clock::time_point latest) const {
    return pieces_.empty() ? latest : std::min(latest, pieces_.front().due);
  }

  void read() {
    static std::array<char, 65536> block;
    const ssize_t size = recv(from_, block.data(), block.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    const auto kind = size > 0    ? Piece::Kind::bytes
                      : size == 0 ? Piece::Kind::end
                                  : Piece::Kind::reset;
    has_ended_ = size <= 0;
    const std::size_t length = size > 0 ? static_cast<std::size_t>(size) : 0;
    pieces_.push_back({Clock::now() + delay_, kind, std::string(block.data(), length)});
    waiting_ += length;
  }
  void pass_due(Clock::time_point now) {
    while (has_due(now) && !is_reset_)
      if (!pass(pieces_.front())) return;
  }

 private:
  /// Whether it is gone.
  bool pass(Piece& piece) {
    if (piece.kind == Piece::Kind::reset) is_reset_ = true;
    if (piece.kind == Piece::Kind::end) shutdown(to_, SHUT_WR);
    if (!piece.bytes.empty()) {
      const ssize_t sent =
          send(to_, piece.bytes.data(), piece.bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EAGAIN) return false;
      if (sent < 0) is_reset_ = true;
      const std::size_t done = sent < 0 ? piece.bytes.size() : static_cast<std::size_t>(sent);
      waiting_ -= done;
      piece.bytes.erase(0, done);
      if (!piece.bytes.empty()) return false;
    }
    pieces_.pop_front();
    return true;
  }

  int from_, to_;
  Clock::duration delay_;
  std::deque<Piece> pieces_;
  std::size_t waiting_ = 0;
  bool has_ended_ = false;
  bool is_reset_ = false;
};

/// A client, the server, and the two ways between them.
class Link {
 public:
  Link(int client, int server, Clock::duration delay)
      : client_(client),
        server_(server),
        up_(client, server, delay),
        down_(server, client, delay) {}
  ~Link() {
    const linger at_once{1, 0};
    for (const int side : {client_, server_}) {
      if (is_reset()) setsockopt(side, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close(side);
    }
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool is_over() const { return is_reset() || (up_.is_over() && down_.is_over()); }
  Clock::time_point next_due(Clock::time_point latest, Clock::time_point now) const {
    // What is due already waits for room at its receiver.
    for (const Way* way : {&up_, &down_})
      if (!way->has_due(now)) latest = way->next_due(latest);
    return latest;
  }
  void watch(std::vector<pollfd>& watched, Clock::time_point now) const {
    watched.push_back({client_, events(up_, down_, now), 0});
    watched.push_back({server_, events(down_, up_, now), 0});
  }
  void go_on(short client, short server) {
    if (up_.is_reading() && (client & (POLLIN | POLLHUP | POLLERR)) != 0) up_.read();
    if (down_.is_reading() && (server & (POLLIN | POLLHUP | POLLERR)) != 0) down_.read();
    up_.pass_due(Clock::now());
    down_.pass_due(Clock::now());
  }

 private:
  bool is_reset() const { return up_.is_reset() || down_.is_reset(); }
  static short events(const Way& from, const Way& to, Clock::time_point now) {
    return static_cast<short>((from.is_reading() ? POLLIN : 0) | (to.has_due(now) ? POLLOUT : 0));
  }

  int client_, server_;
  Way up_, down_;
};

int listen_here() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(descriptor, generic, size) != 0 || listen(descriptor, 128) != 0) return -1;
  getsockname(descriptor, generic, &size);
  std::cout << ntohs(address.sin_port) << std::endl;
  return descriptor;
}

class Relay {
 public:
  Relay(int listener, const addrinfo& server, Clock::duration delay)
      : listener_(listener), server_(server), delay_(delay) {}

  void turn() {
    const auto now = Clock::now();
    auto until = now + std::chrono::hours(1);
    std::vector<pollfd> watched{{listener_, POLLIN, 0}};
    for (const Link& link : links_) {
      link.watch(watched, now);
      until = link.next_due(until, now);
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
    auto seen = watched.cbegin() + 1;
    for (auto link = links_.begin(); link != links_.end(); seen += 2) {
      link->go_on(seen[0].revents, seen[1].revents);
      link = link->is_over() ? links_.erase(link) : std::next(link);
    }
    if (watched.front().revents != 0) take_in();
  }

 private:
  void take_in() {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int server = connect_to(server_);
    if (server < 0) {
      close(client);
      return;
    }
    without_delay(client);
    without_delay(server);
    links_.emplace_back(client, server, delay_);
  }

  int listener_;
  const addrinfo& server_;
  Clock::duration delay_;
  std::list<Link> links_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "Usage: delaying-relay HOST PORT MILLISECONDS\n";
    return 2;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* server = nullptr;
  if (getaddrinfo(argv[1], argv[2], &hints, &server) != 0) return 3;
  const int listener = listen_here();
  if (listener < 0) return 3;
  Relay relay(listener, *server, std::chrono::milliseconds(std::stoul(argv[3])));
  for (;;) relay.turn();
}
