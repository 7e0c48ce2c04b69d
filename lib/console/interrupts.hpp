#pragma once

#include <csignal>
#include <functional>
#include <optional>

#include "base/export.hpp"
#include "base/result.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::console {

/// SIGINT, SIGTERM and SIGHUP: the first asks the tool to finish what is in flight, the second ends
/// it at once. SIGHUP stays ignored when it was so at the start (nohup).
class MQTT_TOOLBOX_API Interrupts {
 public:
  Interrupts(transport::Loop& loop, std::function<void(int number)> first);

  /// The signal received, 0 for none.
  int received() const { return received_; }

 private:
  void receive(transport::Loop& loop);
  void take(int number);

  std::function<void(int)> first_;
  int received_ = 0;
  std::optional<transport::Loop::Signals> signals_;
};

/// Ends the process by the default action of the signal, so that shells see 128 + number.
[[noreturn]] MQTT_TOOLBOX_API void end_by_signal(int number);

}  // namespace mqtt_toolbox::console
