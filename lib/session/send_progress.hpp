#pragma once

#include <cstddef>
#include <cstdint>

#include "base/export.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::session {

/// When a backlog of bytes on their way to the server last moved. A PINGRESP or an acknowledgement
/// cannot come before the server has read what stands in front of it, so that the time-outs for
/// them run from the last byte that left. Pure: who knows the transport looks, and says what it
/// saw.
class MQTT_TOOLBOX_API SendProgress {
 public:
  /// A new connection, on which nothing has left.
  void start() { *this = {}; }
  /// `sent`: bytes that have left so far on this connection. `waiting`: bytes still to leave.
  /// What leaves nothing behind, as a PINGREQ on an idle connection, is no movement.
  void look(std::uint64_t sent, std::size_t waiting, Time now);

  /// When movement was last seen; long ago when there was none.
  Time last_progress() const { return last_progress_; }
  bool is_unsent() const { return unsent_; }
  /// When to look at a time-out that ends at `limit`: more often while bytes wait, at most a second
  /// from `now`.
  Time next_look(Time limit, Time now) const;

 private:
  std::uint64_t sent_ = 0;
  Time last_progress_{0};
  bool unsent_ = false;
};

/// One whose bytes are on their way to the server.
class Sender {
 public:
  /// Of this connection, as seen now and earlier; nothing is known of one that keeps its socket to
  /// itself.
  virtual const SendProgress& send_progress() = 0;

 protected:
  ~Sender() = default;
};

}  // namespace mqtt_toolbox::session
