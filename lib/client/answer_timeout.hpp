#pragma once

#include "base/export.hpp"
#include "base/time.hpp"
#include "session/send_progress.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::client {

/// Notices when the server has answered nothing for too long while answers are due. It cannot
/// answer what is still on its way, so that the time runs from the last answer or, where bytes had
/// to wait, from when the last of them left the socket.
class MQTT_TOOLBOX_API AnswerTimeout {
 public:
  /// `missing` is called once for each `start`, inside the loop.
  AnswerTimeout(transport::Loop& loop, Duration timeout, transport::Loop::Callback missing);

  /// From now on answers to what `sender` has sent are due, which must live until `stop` or
  /// `missing`.
  void start(session::Sender& sender);
  /// One came, and others are due; nothing when none were.
  void answered() { last_ = loop_.now(); }
  /// None is due any more.
  void stop() { timer_.disarm(); }

 private:
  void look();

  transport::Loop& loop_;
  const Duration timeout_;
  transport::Loop::Callback missing_;
  transport::Loop::Timer timer_;
  session::Sender* sender_ = nullptr;
  Time last_{0};
};

}  // namespace mqtt_toolbox::client
