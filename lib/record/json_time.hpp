#pragma once

#include <cstdint>
#include <string>

#include "base/export.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

/// The time as every JSON line has it: `"time":"2026-02-03T04:05:06.789012Z"` for people, and
/// `"time_s":1770091506.789012` (seconds since 1970) for arithmetic. Keeps what stays the same
/// within a second, and all of it for the same time. No allocation after the first call.
class MQTT_TOOLBOX_API JsonTime {
 public:
  /// Appends both fields with the comma between them, and none before or after.
  void append(std::string& out, WallTime time);

 private:
  void set_second(WallTime time);
  void set(WallTime time);

  std::int64_t second_ = INT64_MIN;
  WallTime time_;  ///< what `text_` says
  std::string text_;
};

}  // namespace mqtt_toolbox::record
