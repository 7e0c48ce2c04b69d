#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "protocol/codec.hpp"
#include "record/json_time.hpp"
#include "record/time_text.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

enum class Direction : std::uint8_t { sent, received };
enum class TraceForm : std::uint8_t { text, json };

/// Shows control packets for `--trace`, one a line, always safe for a terminal: name, fields and
/// properties by name; the password and authentication data masked; of a payload the first 64 bytes
/// and the length. Text has the local time of day, JSON the time in UTC.
class MQTT_TOOLBOX_API TraceWriter {
 public:
  explicit TraceWriter(TraceForm form) : form_(form) {}

  /// Appends one line with its newline. A frame that does not decode under `version` is shown with
  /// its fault and its first bytes in hexadecimal (none where they may hold a secret).
  void append(std::string& out, Direction direction, const protocol::Frame& frame,
              protocol::Version version, WallTime time);

  /// Where `packets` were left out.
  void append_gap(std::string& out, std::uint64_t packets, WallTime time);

  /// Bytes in which not even a frame was found.
  void append_garbage(std::string& out, Direction direction, protocol::Bytes bytes,
                      protocol::Fault fault, WallTime time);

 private:
  void start_line(std::string& out, Direction direction, std::string_view packet, WallTime time);
  void append_local_time(std::string& out, WallTime time);
  void end_broken(std::string& out, protocol::Fault fault, std::uint8_t first,
                  protocol::Bytes rest);

  TraceForm form_;
  JsonTime utc_;
  TimeText local_{"%H:%M:%S."};
};

}  // namespace mqtt_toolbox::record
