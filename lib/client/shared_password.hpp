#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/reason.hpp"

namespace mqtt_toolbox::client {

/// Whether a CONNACK with this reason code, or the return code of 3.1.1 that means the same, may
/// mean that the password has grown old.
MQTT_TOOLBOX_API bool is_about_password(protocol::ReasonCode reason);

/// The password of many connections in threads of their own, where a command prints it. It may be a
/// token with a short life: when the broker refuses what it has accepted before, the command runs
/// again, in a thread of its own and once for all, at most once in `pause`. Everything may be
/// called from any thread.
class MQTT_TOOLBOX_API SharedPassword {
 public:
  static constexpr Duration pause = std::chrono::seconds(30);

  /// `value`: what `command` has printed first.
  SharedPassword(std::string value, std::string command);
  /// Ends the command.
  ~SharedPassword();
  SharedPassword(const SharedPassword&) = delete;
  SharedPassword& operator=(const SharedPassword&) = delete;

  std::string value() const;
  /// Counts the values, from 0.
  std::uint32_t number() const;

  /// The broker has accepted the password: what it refuses from now on may have grown old.
  void accepted() { was_accepted_.store(true, std::memory_order_relaxed); }
  /// The broker has refused the value of that number. `settled` is called once, from here or from
  /// another thread, and may do no more than to pass it on: `number` then says whether there is
  /// another value.
  void renew(std::uint32_t refused, const void* waiter, std::function<void()> settled);
  /// From now on `settled` of this waiter is not called.
  void forget(const void* waiter);

  /// The first failure of the command, once.
  std::optional<Error> take_failure();

 private:
  bool may_run(std::uint32_t refused, Time now) const;
  Status start();
  void work();
  Result<std::string> run_command();
  bool set_stop(std::function<void()> stop);
  void settle(Result<std::string> renewed);

  const std::string command_;
  std::atomic<bool> was_accepted_ = false;
  mutable std::mutex mutex_;
  std::string value_;
  std::uint32_t number_ = 0;
  Time next_run_{0};
  std::map<const void*, std::function<void()>> waiting_;
  std::optional<Error> failure_;
  bool has_failed_ = false;
  bool is_running_ = false;
  bool is_over_ = false;        ///< nobody waits any more
  std::function<void()> stop_;  ///< ends the command that runs
  std::jthread thread_;
};

}  // namespace mqtt_toolbox::client
