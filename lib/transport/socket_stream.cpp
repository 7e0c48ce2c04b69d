#include "transport/socket_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>

#include "base/mapped_file.hpp"

namespace mqtt_toolbox::transport {

SocketStream::SocketStream(Loop& loop, FileDescriptor socket, std::string peer)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      watch_(std::make_unique<Loop::Watch>(loop, socket_.get(),
                                           [this](Interest ready) { told(ready); })) {}

SocketStream::~SocketStream() {
  if (gone_ != nullptr) *gone_ = true;
}

std::unique_ptr<Stream> socket_stream(Loop& loop, FileDescriptor socket, std::string peer) {
  return std::make_unique<SocketStream>(loop, std::move(socket), std::move(peer));
}

Io SocketStream::read(std::span<char> into) {
  if (frozen_) return {Io::Kind::would_block, 0, true};
  if (!socket_) return {Io::Kind::failed, 0, true};
  if (into.empty()) return {};
  ssize_t size = recv(socket_.get(), into.data(), into.size(), 0);
  if (size < 0) return failed(errno);
  if (size == 0) {
    error_ = {ExitCode::lost, peer_ + " closed the connection"};
    return {Io::Kind::end, 0, true};
  }
  auto count = static_cast<std::size_t>(size);
  return {Io::Kind::done, count, count < into.size()};
}

Io SocketStream::write(std::span<const std::string_view> pieces) {
  if (frozen_) return {Io::Kind::would_block, 0, false};
  if (!socket_) return {Io::Kind::failed, 0, false};
  if (MappedFile::has_read_zeros()) return failed(EFAULT);
  std::array<iovec, 64> vectors;
  std::size_t count = std::min(pieces.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  ssize_t size = sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  if (size < 0) return failed(errno);
  written_ += static_cast<std::size_t>(size);
  return {Io::Kind::done, static_cast<std::size_t>(size), false};
}

Io SocketStream::failed(int error_number) {
  if (error_number == EAGAIN || error_number == EINTR) return {Io::Kind::would_block, 0, true};
  // The peer has no part in it: what is to be sent is a mapped file that became shorter.
  if (error_number == EFAULT) {
    error_ = {ExitCode::io,
              "cannot read what is to be sent to " + peer_ + ": a file was cut short"};
  } else {
    error_ = {ExitCode::lost, "lost the connection to " + peer_ + ": " + system_text(error_number)};
  }
  return {Io::Kind::failed, 0, true};
}

void SocketStream::want(Interest interest) {
  if (watch_ && !frozen_) watch_->want(interest);
}

void SocketStream::told(Interest ready) {
  bool gone = false;
  gone_ = &gone;
  if ((ready & Interest::read) != Interest::none && events_ != nullptr) events_->on_readable();
  if (gone) return;
  gone_ = nullptr;
  bool writable = (ready & Interest::write) != Interest::none && watch_ && !frozen_;
  if (writable && events_ != nullptr) events_->on_writable();
}

void SocketStream::end(Ending ending) {
  switch (ending) {
    case Ending::graceful:
    case Ending::fin: shutdown(socket_.get(), SHUT_WR); return;
    case Ending::reset: close_with_reset(); return;
    case Ending::freeze:
      want(Interest::none);
      frozen_ = true;
      return;
  }
}

void SocketStream::close_with_reset() {
  linger abort{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  watch_.reset();
  socket_.reset();
  error_ = {ExitCode::lost, "the connection to " + peer_ + " was reset from this side"};
}

StreamFacts SocketStream::facts() const {
  StreamFacts facts;
  facts.peer = peer_;
  return facts;
}

Transmission SocketStream::transmission() const {
  int waiting = 0;
  if (!socket_ || ioctl(socket_.get(), SIOCOUTQ, &waiting) != 0 || waiting < 0) waiting = 0;
  // A Unix socket counts more than the bytes.
  const auto most = std::min(written_, static_cast<std::uint64_t>(waiting));
  return {written_ - most, static_cast<std::size_t>(most)};
}

int SocketStream::connect_outcome() const {
  int outcome = 0;
  socklen_t size = sizeof outcome;
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &outcome, &size) != 0) return errno;
  return outcome;
}

}  // namespace mqtt_toolbox::transport
