#pragma once

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "unit/transport/socket_fixture.hpp"

namespace transport_test {

/// The other side of one connection, played by a thread with a blocking socket.
class PeerThread {
 public:
  explicit PeerThread(std::function<void(int fd)> play)
      : thread_([this, its_play = std::move(play)] {
          pollfd waiting{listener_.fd(), POLLIN, 0};
          if (poll(&waiting, 1, 20000) != 1) return;
          FileDescriptor peer(accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
          its_play(peer.get());
        }) {}
  ~PeerThread() { join(); }
  std::uint16_t port() const { return listener_.port(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  Listener listener_;
  std::thread thread_;
};

/// Blocking helpers; "" when the other side ended too early.
inline std::string receive_until(int fd, const std::string& end) {
  std::string text;
  for (char byte; !text.ends_with(end); text += byte) {
    if (recv(fd, &byte, 1, 0) != 1) return "";
  }
  return text;
}

inline std::string receive_exactly(int fd, std::size_t size) {
  std::string text(size, '\0');
  if (size == 0) return text;
  return recv(fd, text.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size) ? text : "";
}

inline void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t size = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

/// Waits until the other side is gone.
inline std::string receive_rest(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size; (size = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace transport_test
