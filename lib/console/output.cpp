#include "console/output.hpp"

#include <cerrno>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace mqtt_toolbox::console {
namespace {

constexpr std::size_t kept_capacity = 1u << 20;

std::string own_path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

bool is_writable(int descriptor, int wait_ms) {
  pollfd entry{descriptor, POLLOUT, 0};
  return poll(&entry, 1, wait_ms) > 0;
}

}  // namespace

Output::Output(transport::Loop& loop, int descriptor, std::function<void()> written,
               std::function<void(const Error&)> failed)
    : loop_(loop),
      descriptor_(descriptor),
      written_(std::move(written)),
      failed_(std::move(failed)) {
  prepare();
}

Output::~Output() = default;

void Output::prepare() {
  struct stat facts {};
  if (fstat(descriptor_, &facts) != 0) return;
  terminal_ = S_ISCHR(facts.st_mode) && isatty(descriptor_) == 1;
  if (S_ISSOCK(facts.st_mode)) kind_ = Kind::socket;
  if (!S_ISFIFO(facts.st_mode) && !terminal_) return;
  own_.reset(open(own_path(descriptor_).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  kind_ = own_ ? Kind::reopened : Kind::polled;
}

long Output::write_once(const char* data, std::size_t size) {
  switch (kind_) {
    case Kind::plain: return write(descriptor_, data, size);
    case Kind::reopened: return write(own_.get(), data, size);
    case Kind::socket: return send(descriptor_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    case Kind::polled: break;
  }
  if (!is_writable(descriptor_, 0)) {
    errno = EAGAIN;
    return -1;
  }
  // A pipe that polls as writable takes PIPE_BUF bytes without waiting (POSIX), and no more for
  // sure.
  return write(descriptor_, data, std::min<std::size_t>(size, PIPE_BUF));
}

Result<Output::State> Output::write_some() {
  while (begin_ < buffer_.size()) {
    long size = write_once(buffer_.data() + begin_, buffer_.size() - begin_);
    if (size >= 0) {
      begin_ += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      buffer_.erase(0, std::exchange(begin_, 0));  // more may come before all of it is written
      return State::blocked;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      closed_ = true;
      break;
    } else if (errno != EINTR) {
      closed_ = true;  // it is said once
      buffer_.clear();
      begin_ = 0;
      return fail(ExitCode::io, "cannot write to standard output: " + system_text(errno));
    }
  }
  begin_ = 0;
  if (buffer_.capacity() > kept_capacity) buffer_ = std::string();
  buffer_.clear();
  return closed_ ? State::closed : State::written;
}

Result<Output::State> Output::flush() {
  if (closed_) buffer_.clear();
  if (blocked_) return State::blocked;
  auto state = write_some();
  if (state && *state == State::blocked) wait_for_reader();
  return state;
}

void Output::watch_reader(std::function<void()> gone) {
  const int descriptor = own_ ? own_.get() : descriptor_;
  reader_ = std::make_unique<HangUp>(loop_, descriptor, [this, gone = std::move(gone)] {
    // The write that is waited for tells it too.
    if (blocked_ || std::exchange(closed_, true)) return;
    gone();
  });
}

void Output::wait_for_reader() {
  blocked_ = true;
  if (!watch_)
    watch_ = std::make_unique<transport::Loop::Watch>(loop_, own_ ? own_.get() : descriptor_,
                                                      [this](transport::Interest) {
                                                        auto state = write_some();
                                                        if (state && *state == State::blocked)
                                                          return;
                                                        watch_->want(transport::Interest::none);
                                                        blocked_ = false;
                                                        if (state)
                                                          written_();
                                                        else
                                                          failed_(state.error());
                                                      });
  watch_->want(transport::Interest::write);
}

Status Output::finish(Time deadline) {
  if (closed_) buffer_.clear();
  for (;;) {
    auto state = write_some();
    if (!state) return tl::unexpected<Error>(state.error());
    if (*state != State::blocked) return {};
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - loop_.now());
    int wait_ms = deadline == never ? -1 : static_cast<int>(std::max<long>(0, left.count()));
    if (!is_writable(descriptor_, wait_ms))
      return fail(ExitCode::io, "the reader of standard output did not take the rest in time");
  }
}

}  // namespace mqtt_toolbox::console
