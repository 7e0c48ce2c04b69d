#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "client/lifeline.hpp"
#include "protocol/types.hpp"
#include "session/output.hpp"
#include "session/send_progress.hpp"
#include "transport/loop.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::client {

/// What a wire tells its owner, who may call anything of the wire from inside.
class WireEvents {
 public:
  virtual ~WireEvents() = default;
  /// False: the owner takes no more of what was received.
  virtual bool on_bytes(protocol::Bytes bytes) = 0;
  /// After one or more `on_bytes`, when nothing more is there or it is the turn of others.
  virtual void on_bytes_end() = 0;
  /// Bytes are about to be written. False: they must not be; the owner has dropped the stream or
  /// calls `flush` when they may.
  virtual bool before_writing() = 0;
  /// The stream took what it took, or failed.
  virtual void on_progress() = 0;
  /// The output has become empty.
  virtual void on_written() = 0;
  /// The stream ended (no value) or failed. Nothing more comes from it.
  virtual void on_gone(const std::optional<Error>& failure) = 0;
};

/// Moves bytes between one stream after the other and an Output: gathering writes before the loop
/// waits, reads in batches with a bound for each turn.
class Wire final : private transport::StreamEvents {
 public:
  Wire(transport::Loop& loop, WireEvents& events) : loop_(loop), events_(events) {}

  session::Output& output() { return output_; }
  const session::Output& output() const { return output_; }

  void open(std::unique_ptr<transport::Stream> stream);
  /// Nothing more can be written; what the peer said before may still be read.
  bool has_failed() const { return failure_.has_value(); }
  bool is_open() const { return stream_ != nullptr; }

  /// Something was put into the output: it goes out before the loop waits, at once when it is much.
  void output_grew() {
    if (output_.pending() > much_output) {
      flush();
    } else if (!flush_scheduled_ && !flushing_) {
      schedule_flush();
    }
  }
  /// Writes as far as the stream takes it; the rest follows by itself.
  void flush();

  void pause_reading(bool paused);

  /// Says to the peer that nothing more comes; reading goes on until it has ended too.
  void finish_writing();
  /// Ends the stream and forgets what was not written.
  void drop(transport::Ending ending);

  /// Bytes of the last stream that ended by itself which the system had handed over and the peer's
  /// system had not confirmed by then; with TLS or WebSocket those of that layer. A reset confirms
  /// nothing, so that they may have arrived all the same.
  std::size_t unconfirmed() const { return unconfirmed_; }

  transport::StreamFacts facts() const;

  /// When bytes last left the socket, as seen now and earlier.
  const session::SendProgress& send_progress();
  /// As seen when they were last looked at.
  const session::SendProgress& seen_send_progress() const { return send_progress_; }

 private:
  enum class Reading { drained, stopped, more, gone };

  void on_readable() override;
  void on_writable() override;
  Reading read_some();
  void read_later();
  void lose();
  bool write_some();
  void schedule_flush();
  void update_interest();

  static constexpr std::size_t much_output = 64u << 10;
  static constexpr std::size_t buffer_size = 64u << 10;
  /// So that one busy connection leaves room for the loop's other business.
  static constexpr int operations_per_turn = 16;

  transport::Loop& loop_;
  WireEvents& events_;
  session::Output output_;
  session::SendProgress send_progress_;
  std::unique_ptr<char[]> buffer_;
  std::unique_ptr<transport::Stream> stream_;
  /// Dropped, but perhaps still on the call stack.
  std::unique_ptr<transport::Stream> retired_;
  std::optional<Error> failure_;
  std::size_t unconfirmed_ = 0;
  bool received_ = false;
  bool paused_ = false;
  bool blocked_ = false;  ///< the stream takes no more bytes for now
  bool flushing_ = false;
  bool flush_scheduled_ = false;
  Lifeline lifeline_;
};

}  // namespace mqtt_toolbox::client
