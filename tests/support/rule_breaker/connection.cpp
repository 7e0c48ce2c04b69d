#include "support/rule_breaker/connection.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace mqtt_toolbox::rule_breaker {

using transport::Interest;

namespace {

constexpr Duration longest_goodbye = std::chrono::seconds(1);

bool would_block() {
  return errno == EAGAIN || errno == EINTR;
}

}  // namespace

Connection::Connection(transport::Loop& loop, FileDescriptor socket, ConnectionEvents& events)
    : events_(events),
      socket_(std::move(socket)),
      watch_(loop, socket_.get(), [this](Interest ready) { on_ready(ready); }),
      loop_(loop),
      longest_closing_(loop, [this] { finish(); }) {
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  update_interest();
}

Connection::~Connection() = default;

void Connection::on_ready(Interest ready) {
  if (state_ == State::over) return;
  if ((ready & Interest::write) != Interest::none) write_some();
  if (is_deaf_ && !was_reset_) return;
  if ((ready & Interest::read) != Interest::none) read_some();
}

void Connection::read_some() {
  std::array<char, 64 << 10> buffer;
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && would_block()) return;
  if (size <= 0) {
    const bool is_reset = size < 0 || was_reset_;
    if (state_ == State::open) events_.on_lost(is_reset);
    return finish();
  }
  if (state_ != State::open) return;
  input_.append(buffer.data(), static_cast<std::size_t>(size));
  input_.erase(0, events_.on_bytes(input_));
}

void Connection::send(std::string_view bytes) {
  if (!is_mute_) send_although_mute(bytes);
}

void Connection::send_although_mute(std::string_view bytes) {
  if (state_ != State::open) return;
  output_ += bytes;
  write_some();
}

void Connection::write_some() {
  if (output_.empty() && state_ == State::open) output_ = flood_;
  while (!output_.empty()) {
    const ssize_t size = ::send(socket_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
    if (size < 0 && would_block()) break;
    // The end is noticed when reading, which says no more of how it came.
    if (size < 0) was_reset_ = true;
    output_.erase(0, size < 0 ? output_.size() : static_cast<std::size_t>(size));
  }
  if (state_ == State::closing && output_.empty() && !std::exchange(said_fin_, true))
    shutdown(socket_.get(), SHUT_WR);
  update_interest();
}

void Connection::update_interest() {
  const bool writes = !output_.empty() || (!flood_.empty() && !was_reset_);
  const bool reads = !is_deaf_ || was_reset_;
  watch_.want((reads ? Interest::read : Interest::none) |
              (writes ? Interest::write : Interest::none));
}

void Connection::close() {
  if (state_ != State::open) return;
  state_ = State::closing;
  longest_closing_.arm(loop_.now() + longest_goodbye);
  write_some();
}

void Connection::finish() {
  if (std::exchange(state_, State::over) == State::over) return;
  watch_.want(Interest::none);
  longest_closing_.disarm();
  events_.on_over();
}

void Connection::flood(std::string bytes) {
  mute();
  flood_ = std::move(bytes);
  update_interest();
}

void Connection::reset_at_exit() {
  const linger abort{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

}  // namespace mqtt_toolbox::rule_breaker
