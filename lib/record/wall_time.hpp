#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/export.hpp"

namespace mqtt_toolbox::record {

/// Nanoseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
struct WallTime {
  std::int64_t nanoseconds = 0;

  auto operator<=>(const WallTime&) const = default;
};

/// The wall clock as an interface, so that tests bring a fixed one.
class MQTT_TOOLBOX_API WallClock {
 public:
  virtual ~WallClock() = default;
  virtual WallTime now() = 0;
};

/// CLOCK_REALTIME.
class MQTT_TOOLBOX_API SystemWallClock final : public WallClock {
 public:
  WallTime now() override;
};

/// Whole seconds, rounded down, and the nanoseconds within.
struct SplitTime {
  std::int64_t second;
  std::uint32_t nanosecond;
};
MQTT_TOOLBOX_API SplitTime split(WallTime time);

/// Appends times as "2026-02-03T04:05:06.789012Z" (UTC, cut to microseconds). Keeps
/// the part down to the second between calls, because times come nearly in order.
class MQTT_TOOLBOX_API UtcTimeText {
 public:
  static constexpr std::size_t size = 27;

  void append(std::string& out, WallTime time);
  /// Writes exactly `size` characters to `to`.
  void write(char* to, WallTime time);

 private:
  std::int64_t second_ = INT64_MIN;
  char text_[size] = {};
};

}  // namespace mqtt_toolbox::record
