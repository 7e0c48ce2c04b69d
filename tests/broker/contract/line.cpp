#include "line.hpp"

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace mqtt_toolbox::contract {

using transport::Interest;

namespace {

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

FileDescriptor tcp_socket() {
  FileDescriptor descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

std::uint16_t bind_free_port(int descriptor) {
  sockaddr_in address = loopback_address(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(descriptor, generic, size) != 0 || ::listen(descriptor, 1) != 0) return 0;
  ::getsockname(descriptor, generic, &size);
  return ntohs(address.sin_port);
}

bool send_all(int descriptor, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(descriptor, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

Line::Line(transport::Loop& loop, std::uint16_t broker_port)
    : loop_(loop), broker_port_(broker_port), listener_(tcp_socket()) {
  port_ = bind_free_port(listener_.get());
  watch_listener_ = std::make_unique<Watch>(loop_, listener_.get(), [this](Interest) { accept(); });
  watch_listener_->want(Interest::read);
}

void Line::accept() {
  watch_listener_->want(Interest::none);
  client_ = FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  broker_ = tcp_socket();
  const sockaddr_in address = loopback_address(broker_port_);
  if (::connect(broker_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return end();
  const auto watch = [this](int from, int to) {
    auto made =
        std::make_unique<Watch>(loop_, from, [this, from, to](Interest) { pass_on(from, to); });
    made->want(Interest::read);
    return made;
  };
  watch_client_ = watch(client_.get(), broker_.get());
  watch_broker_ = watch(broker_.get(), client_.get());
}

void Line::pass_on(int from, int to) {
  std::array<char, 65'536> block;
  const ssize_t size = ::recv(from, block.data(), block.size(), 0);
  if (size <= 0 || !send_all(to, block.data(), static_cast<std::size_t>(size))) end();
}

void Line::cut() {
  const linger at_once{1, 0};
  ::setsockopt(broker_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  end();
}

void Line::end() {
  watch_client_.reset();
  watch_broker_.reset();
  broker_ = {};
  client_ = {};
}

}  // namespace mqtt_toolbox::contract
