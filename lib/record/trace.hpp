#pragma once

#include <cstdint>
#include <string>

#include "base/export.hpp"
#include "protocol/codec.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

enum class Direction : std::uint8_t { sent, received };
enum class TraceForm : std::uint8_t { text, json };

/// Shows control packets for `--trace`, one a line, always safe for a terminal: name, fields and
/// properties by name; the password and authentication data masked; of a payload the first 64 bytes
/// and the length.
class MQTT_TOOLBOX_API TraceWriter {
 public:
  explicit TraceWriter(TraceForm form) : form_(form) {}

  /// Appends one line with its newline. A frame that does not decode under `version` is shown with
  /// its fault and its first bytes in hexadecimal (none of them of a CONNECT or AUTH, for the
  /// secrets).
  void append(std::string& out, Direction direction, const protocol::Frame& frame,
              protocol::Version version, WallTime time);

  /// Bytes in which not even a frame was found.
  void append_garbage(std::string& out, Direction direction, protocol::Bytes bytes,
                      protocol::Fault fault, WallTime time);

 private:
  TraceForm form_;
  UtcTimeText time_;
};

}  // namespace mqtt_toolbox::record
