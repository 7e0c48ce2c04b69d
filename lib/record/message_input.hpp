#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "base/result.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::record {

/// What a line without the key gets. Properties count one by one: a line's content_type replaces
/// the default's and leaves its other properties; user_properties replace all of the default's.
struct MessageDefaults {
  std::optional<std::string> topic;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};
  /// Otherwise a line with one in its topic or a property is an error (see
  /// protocol/characters.hpp).
  bool allow_control_characters = true;
};

/// A message to publish, owning its bytes.
struct MQTT_TOOLBOX_API InputMessage {
  std::string topic;
  std::string payload;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::publish};
  std::optional<std::string> id;  ///< comes back in the `published` line

  /// A view without packet identifier, valid while the message lives unchanged.
  protocol::Publish publish() const;
};

/// Why a line is no message: ExitCode::io, the field and the cause, without line number: "qos: 3 is
/// not 0, 1 or 2", "not JSON at column 17: ...".
struct MessageError : Error {
  /// The line's own as it stands there, the default of a line that names none; empty when there is
  /// none, or it is no string, or the line is no JSON that has come as far.
  std::string topic;
};

/// Reads one JSON line of `mqtt-pub --from-json`: as mqtt-sub --json writes it, or as mosquitto_sub
/// and mqtt-sub write it for %j and %J. A `type` other than "message" is an error. The payload is
/// one of `payload` (a string as it is, null empty, other values as compact JSON text),
/// `payload_base64` and `payload_hex`.
MQTT_TOOLBOX_API tl::expected<InputMessage, MessageError> parse_message(
    std::string_view line, const MessageDefaults& defaults);

}  // namespace mqtt_toolbox::record
