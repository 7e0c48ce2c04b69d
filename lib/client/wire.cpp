#include "client/wire.hpp"

#include <array>
#include <linux/sockios.h>
#include <string_view>
#include <sys/ioctl.h>
#include <utility>

namespace mqtt_toolbox::client {

using transport::Interest;
using transport::Io;

void Wire::open(std::unique_ptr<transport::Stream> stream) {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(buffer_size);
  retired_.reset();
  stream_ = std::move(stream);
  failure_.reset();
  send_progress_.start();
  blocked_ = false;
  stream_->set_events(this);
  update_interest();
}

void Wire::update_interest() {
  const auto read = paused_ ? Interest::none : Interest::read;
  const auto write = blocked_ ? Interest::write : Interest::none;
  stream_->want(static_cast<Interest>(static_cast<int>(read) | static_cast<int>(write)));
}

void Wire::schedule_flush() {
  flush_scheduled_ = true;
  loop_.before_wait(lifeline_.guard([this] {
    flush_scheduled_ = false;
    flush();
  }));
}

void Wire::flush() {
  if (flushing_ || blocked_ || output_.empty() || !stream_) return;
  if (!events_.before_writing()) return;
  flushing_ = true;
  int writes = 0;
  while (!output_.empty() && writes < operations_per_turn && write_some()) ++writes;
  flushing_ = false;
  if (!stream_) return;
  events_.on_progress();
  if (output_.empty()) return events_.on_written();
  if (!blocked_ && !failure_) loop_.defer(lifeline_.guard([this] { flush(); }));
}

bool Wire::write_some() {
  std::array<std::string_view, 64> pieces;
  const std::size_t count = output_.gather(pieces);
  const Io io = stream_->write({pieces.data(), count});
  if (io.kind == Io::Kind::done) {
    output_.consume(io.size);
    return stream_ != nullptr;
  }
  blocked_ = true;
  if (io.kind == Io::Kind::would_block) {
    update_interest();
  } else {
    // What the peer said before it went may still be there to be read.
    failure_ = stream_->error();
    read_later();
  }
  return false;
}

void Wire::on_writable() {
  if (!stream_ || failure_) return;
  if (std::exchange(blocked_, false)) update_interest();
  flush();
}

void Wire::on_readable() {
  if (!stream_ || paused_) return;
  received_ = false;
  const Reading reading = read_some();
  if (received_) events_.on_bytes_end();
  if (!stream_) return;
  if (reading == Reading::gone) return lose();
  if (reading == Reading::more) read_later();
}

Wire::Reading Wire::read_some() {
  for (int reads = 0; reads < operations_per_turn; ++reads) {
    const Io io = stream_->read({buffer_.get(), buffer_size});
    if (io.kind == Io::Kind::would_block) return failure_ ? Reading::gone : Reading::drained;
    if (io.kind == Io::Kind::failed) failure_ = stream_->error();
    if (io.kind == Io::Kind::end) failure_.reset();
    if (io.kind != Io::Kind::done) return Reading::gone;
    received_ = true;
    const bool wanted = events_.on_bytes({buffer_.get(), io.size});
    if (!wanted || !stream_) return Reading::stopped;
    if (io.drained && !failure_) return Reading::drained;
    if (paused_) return Reading::stopped;
  }
  return Reading::more;
}

void Wire::read_later() {
  loop_.defer(lifeline_.guard([this] { on_readable(); }));
}

void Wire::lose() {
  const std::optional<Error> failure = failure_;
  int unconfirmed = 0;
  // A Unix socket does not know.
  if (ioctl(stream_->descriptor(), SIOCOUTQ, &unconfirmed) != 0) unconfirmed = 0;
  unconfirmed_ = static_cast<std::size_t>(unconfirmed);
  drop(transport::Ending::fin);
  events_.on_gone(failure);
}

void Wire::pause_reading(bool paused) {
  if (paused == std::exchange(paused_, paused) || !stream_) return;
  update_interest();
  if (!paused) read_later();
}

void Wire::finish_writing() {
  stream_->end(transport::Ending::graceful);
}

void Wire::drop(transport::Ending ending) {
  output_.clear();
  if (!stream_) return;
  stream_->end(ending);
  stream_->set_events(nullptr);
  retired_ = std::move(stream_);
  // A frozen socket stays open as long as its client lives.
  if (ending == transport::Ending::freeze) return;
  loop_.defer(lifeline_.guard([this] { retired_.reset(); }));
}

const session::SendProgress& Wire::send_progress() {
  if (stream_) {
    const transport::Transmission sent = stream_->transmission();
    send_progress_.look(sent.sent, output_.pending() + sent.waiting, loop_.now());
  }
  return send_progress_;
}

transport::StreamFacts Wire::facts() const {
  return stream_ ? stream_->facts() : transport::StreamFacts{};
}

}  // namespace mqtt_toolbox::client
