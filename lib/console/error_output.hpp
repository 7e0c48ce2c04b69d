#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unistd.h>

#include "base/export.hpp"
#include "console/output.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::console {

/// Standard error while a loop runs. What its reader has not taken yet waits here, so that a slow
/// one delays neither timers nor the keep-alive. Lines keep their order and are never cut.
class MQTT_TOOLBOX_API ErrorOutput {
 public:
  /// How many bytes of lines may wait before `has_room` says no.
  static constexpr std::size_t capacity = std::size_t{1} << 20;

  explicit ErrorOutput(transport::Loop& loop, int descriptor = STDERR_FILENO)
      : loop_(loop), descriptor_(descriptor) {}

  bool has_room(std::size_t size) const {
    return !output_ || output_->waiting() + size <= capacity;
  }
  /// Takes the line in any case; whoever writes very many of them asks for room first.
  void line(std::string_view text);
  /// Writes what waits, for as long as the reader goes on taking some of it.
  void finish();

 private:
  transport::Loop& loop_;
  const int descriptor_;
  std::unique_ptr<Output> output_;  ///< made with the first line: most runs write none
};

}  // namespace mqtt_toolbox::console
