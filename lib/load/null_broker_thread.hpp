#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <thread>

#include "base/export.hpp"
#include "base/result.hpp"

namespace mqtt_toolbox::load {

/// A null broker at a free port, with a thread of its own, until it is destroyed.
class MQTT_TOOLBOX_API NullBrokerThread {
 public:
  NullBrokerThread();
  ~NullBrokerThread() { ended_ = true; }
  NullBrokerThread(const NullBrokerThread&) = delete;
  NullBrokerThread& operator=(const NullBrokerThread&) = delete;

  /// Once. ExitCode::io without a thread or descriptors for it, and the errors of NullBroker.
  Result<std::uint16_t> port() { return port_.get_future().get(); }

 private:
  void serve();

  std::promise<Result<std::uint16_t>> port_;
  std::atomic<bool> ended_{false};
  std::jthread thread_;  ///< last: it uses the others until it is joined
};

}  // namespace mqtt_toolbox::load
