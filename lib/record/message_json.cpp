#include "record/message_json.hpp"

#include "record/digits.hpp"
#include "record/json_properties.hpp"
#include "record/json_text.hpp"
#include "record/json_value.hpp"

namespace mqtt_toolbox::record {
namespace {

void append_json_payload(std::string& out, std::string_view payload) {
  if (!is_json(payload)) return append_bytes(out, "payload", payload);
  append_key(out, "payload");
  append_compact_json(out, payload);
}

void append_payload(std::string& out, PayloadForm form, std::string_view payload) {
  switch (form) {
    case PayloadForm::automatic: return append_bytes(out, "payload", payload);
    case PayloadForm::json: return append_json_payload(out, payload);
    case PayloadForm::text: return append_text(out, "payload", payload);
    case PayloadForm::base64: return append_as_base64(out, "payload", payload);
    case PayloadForm::hex: return append_as_hex(out, "payload", payload);
    case PayloadForm::none: return append_number(out, "payload_length", payload.size());
  }
}

/// qos, retain and dup, which have twelve values in all.
void append_flags(std::string& out, const protocol::Publish& message) {
  out += ",\"qos\":";
  out += static_cast<char>('0' + static_cast<int>(message.qos));
  out += message.retain ? ",\"retain\":true" : ",\"retain\":false";
  out += message.dup ? ",\"dup\":true" : ",\"dup\":false";
}

}  // namespace

std::optional<PayloadForm> payload_form_from_text(std::string_view name) {
  for (const PayloadFormRow& row : payload_forms)
    if (row.name == name) return row.form;
  return std::nullopt;
}

void MessageWriter::append(std::string& out, const protocol::Publish& message, WallTime time) {
  out += R"({"type":"message",)";
  time_.append(out, time);
  out += R"(,"topic":)";
  append_json_string(out, message.topic);
  append_flags(out, message);
  if (message.packet_identifier != 0)
    append_number(out, "packet_identifier", message.packet_identifier);
  append_payload(out, form_, message.payload);
  append_properties(out, message.properties);
  out += "}\n";
}

}  // namespace mqtt_toolbox::record
