#pragma once

#include <cstdint>

#include "base/export.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox::session {

/// When to try again after a lost connection: exponential, with full jitter on the upper half, so
/// that a fleet does not come back in step.
struct BackoffSettings {
  Duration initial = std::chrono::milliseconds(500);
  Duration maximum = std::chrono::seconds(30);
  /// Attempts in a row before giving up; 0: never reconnect. `unlimited`: no end.
  std::uint32_t attempts = unlimited;
  /// A connection that lived shorter counts as an attempt that failed: a server that accepts and
  /// then ends each connection is not to be asked for ever at the rate of the first wait.
  Duration settled_after = std::chrono::seconds(60);

  static constexpr std::uint32_t unlimited = UINT32_MAX;
};

class MQTT_TOOLBOX_API Backoff {
 public:
  explicit Backoff(const BackoffSettings& settings) : settings_(settings) {}

  bool exhausted() const { return made_ >= settings_.attempts; }
  /// The wait before the next attempt: uniform in [d/2, d], d doubling from `initial` to `maximum`.
  Duration next(Random& random);
  /// A connection has ended that was good for `life`; when that is long enough, all attempts are
  /// given back.
  void connection_ended(Duration life) {
    if (life >= settings_.settled_after) made_ = 0;
  }
  std::uint32_t attempts_made() const { return made_; }

 private:
  BackoffSettings settings_;
  std::uint32_t made_ = 0;
};

}  // namespace mqtt_toolbox::session
