#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "protocol/packet.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

/// A `-F` template of mosquitto_sub 2.1, compiled once. Times are in the local time zone.
class MQTT_TOOLBOX_API Format {
 public:
  struct Options {
    bool pretty = false;    ///< %j and %J over several lines
    bool terminal = false;  ///< bytes of the message are made safe for a terminal
  };

  /// ExitCode::usage and "invalid format specifier %y at column 4" for what mosquitto_sub refuses.
  static Result<Format> compile(std::string_view text, Options options);
  static Result<Format> compile(std::string_view text) { return compile(text, Options()); }

  Format(Format&&) noexcept;
  Format& operator=(Format&&) noexcept;
  ~Format();

  /// Appends the message, without a newline at the end. A conversion that the payload does not fit
  /// (%J and no JSON, %f and not 4 bytes, %d and not 8 bytes) adds nothing; the rest is appended
  /// all the same, and the first such fault is returned with ExitCode::io.
  Status append(std::string& out, const protocol::Publish& message, WallTime time);

 private:
  struct Program;
  explicit Format(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace mqtt_toolbox::record
