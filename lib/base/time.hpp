#pragma once

#include <chrono>

#include "base/export.hpp"

namespace mqtt_toolbox {

/// Monotonic time, nanoseconds since an arbitrary start. Never wall time (that lives in `record`).
using Time = std::chrono::nanoseconds;
using Duration = std::chrono::nanoseconds;

/// "Never" as a deadline.
inline constexpr Time never = Time::max();

/// The clock as an interface, so that tests bring a virtual one.
class MQTT_TOOLBOX_API Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
};

/// CLOCK_MONOTONIC.
class MQTT_TOOLBOX_API SystemClock final : public Clock {
 public:
  Time now() override;
};

}  // namespace mqtt_toolbox
