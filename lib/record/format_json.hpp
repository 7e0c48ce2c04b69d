#pragma once

#include <string>
#include <string_view>

#include "protocol/packet.hpp"
#include "record/time_text.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

/// The key of the user properties there; the other properties have their names in flags.
inline constexpr std::string_view mosquitto_user_properties = "user-properties";

/// The object of %j and %J: the keys of mosquitto_sub 2.1 (tst, topic, qos, retain, payloadlen,
/// mid, properties, payload). Bytes that are not UTF-8, which mosquitto_sub writes raw, get a key
/// with
/// `_base64` at its end.
class FormatJson {
 public:
  /// %j: the payload as a string, null when empty.
  void append_escaped(std::string& out, const protocol::Publish& message, WallTime time);

  /// %J: the payload as a JSON value, null when empty. False, and nothing appended, when it is
  /// none.
  bool append_value(std::string& out, const protocol::Publish& message, WallTime time);

 private:
  void append_head(std::string& out, const protocol::Publish& message, WallTime time);

  TimeText second_{"%Y-%m-%dT%H:%M:%S."};
  TimeText zone_{"%z"};
};

}  // namespace mqtt_toolbox::record
