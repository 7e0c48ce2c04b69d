#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "protocol/packet.hpp"
#include "record/json_time.hpp"
#include "record/wall_time.hpp"

namespace mqtt_toolbox::record {

/// How a payload is shown (`--payload`).
enum class PayloadForm : std::uint8_t { automatic, json, text, base64, hex, none };

struct PayloadFormRow {
  PayloadForm form;
  std::string_view name;     ///< as given to --payload
  std::string_view meaning;  ///< one clause for manuals
};

inline constexpr std::array<PayloadFormRow, 6> payload_forms{{
    {PayloadForm::automatic, "auto",
     "payload as a string when the bytes are UTF-8, else payload_base64"},
    {PayloadForm::json, "json", "payload as a value when the bytes are JSON, else as auto does"},
    {PayloadForm::text, "text", "payload as a string; bytes that are not UTF-8 become U+FFFD"},
    {PayloadForm::base64, "base64", "payload_base64"},
    {PayloadForm::hex, "hex", "payload_hex, lower case"},
    {PayloadForm::none, "none", "payload_length only, in bytes"},
}};

MQTT_TOOLBOX_API std::optional<PayloadForm> payload_form_from_text(std::string_view name);

/// Writes messages as JSON lines: type, time, time_s, topic, qos, retain, dup, packet_identifier
/// (QoS 1 and 2), the payload, then the properties by the names of protocol's table. No allocation
/// once `out` has grown.
class MQTT_TOOLBOX_API MessageWriter {
 public:
  explicit MessageWriter(PayloadForm form = PayloadForm::automatic) : form_(form) {}

  /// Appends one line with its newline. A topic that is not UTF-8 (which strict decoding never lets
  /// through) has U+FFFD for its bad bytes.
  void append(std::string& out, const protocol::Publish& message, WallTime time);

 private:
  PayloadForm form_;
  JsonTime time_;
};

}  // namespace mqtt_toolbox::record
