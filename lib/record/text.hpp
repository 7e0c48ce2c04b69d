#pragma once

#include <string>
#include <string_view>

#include "base/export.hpp"
#include "protocol/packet.hpp"
#include "record/message_json.hpp"

namespace mqtt_toolbox::record {

/// Messages as plain text, as mosquitto_sub prints them.
struct TextOptions {
  bool topic = false;     ///< -v: "topic payload"; "topic (null)" when the payload is empty
  bool newline = true;    ///< -N turns it off
  bool terminal = false;  ///< control characters and bytes that are not UTF-8 are shown escaped
  PayloadForm payload =
      PayloadForm::automatic;  ///< automatic, json and text: the bytes as they are
};

/// Appends the message. An empty payload without topic is nothing at all, not even a newline.
MQTT_TOOLBOX_API void append_text(std::string& out, const protocol::Publish& message,
                                  const TextOptions& options);

/// Appends `json`, one valid JSON value, over several lines: tabs for depth, a tab after each
/// colon, as mosquitto_sub --pretty does. A newline at the end of `json` stays.
MQTT_TOOLBOX_API void append_pretty_json(std::string& out, std::string_view json);

}  // namespace mqtt_toolbox::record
