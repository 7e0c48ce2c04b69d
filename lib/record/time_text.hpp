#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mqtt_toolbox::record {

/// One strftime pattern in the local time zone. Its text is kept for as long as the second lasts,
/// because strftime costs more than the rest of a line.
class TimeText {
 public:
  explicit TimeText(std::string pattern) : pattern_(std::move(pattern)) {}

  /// Valid until the next call; empty when the system does not know the time.
  std::string_view at(std::int64_t second);

 private:
  std::string pattern_;
  std::string text_;
  std::int64_t second_ = INT64_MIN;
};

}  // namespace mqtt_toolbox::record
