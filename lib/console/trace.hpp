#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "console/error_output.hpp"
#include "protocol/codec.hpp"
#include "record/trace.hpp"
#include "record/wall_time.hpp"
#include "session/handler.hpp"

namespace mqtt_toolbox::console {

/// `--trace`: every control packet on standard error as it goes by. Packets for which a slow reader
/// leaves no room are counted instead, and the count stands where they are missing.
class MQTT_TOOLBOX_API Trace {
 public:
  Trace(record::TraceForm form, record::WallClock& clock, ErrorOutput& output)
      : writer_(form), clock_(clock), output_(output) {}

  void packet(session::Direction direction, const protocol::Frame& frame,
              protocol::Version version);
  /// The two halves of `packet`, for packets that another thread sees than the loop's: the line,
  /// and in the loop its way out.
  std::string text(session::Direction direction, const protocol::Frame& frame,
                   protocol::Version version);
  void line(std::string_view text);
  /// Says what is missing at the end.
  void finish();

 private:
  void end_gap();

  record::TraceWriter writer_;
  record::WallClock& clock_;
  ErrorOutput& output_;
  std::uint64_t missing_ = 0;  ///< packets left out since the last line
};

}  // namespace mqtt_toolbox::console
