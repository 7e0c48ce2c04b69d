#include "record/format_json.hpp"

#include "record/digits.hpp"
#include "record/json_text.hpp"
#include "record/json_value.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::Properties;
using protocol::Property;
using protocol::PropertyId;
using protocol::PropertyKind;

void append_user_properties(std::string& out, Properties properties) {
  append_key(out, mosquitto_user_properties);
  char separator = '[';
  for (const Property& property : properties) {
    if (property.id != PropertyId::user_property) continue;
    out += separator;
    out += '{';
    append_json_string(out, property.key);
    out += ':';
    append_json_string(out, property.text);
    out += '}';
    separator = ',';
  }
  out += ']';
}

/// A number, or an array when overlapping subscriptions gave several; mosquitto_sub repeats the
/// key.
void append_subscription_identifiers(std::string& out, Properties properties) {
  std::string numbers;
  std::size_t count = 0;
  for (const Property& property : properties) {
    if (property.id != PropertyId::subscription_identifier) continue;
    if (count++ > 0) numbers += ',';
    append_digits(numbers, property.number);
  }
  append_key(out, protocol::property_row(PropertyId::subscription_identifier)->flag_name);
  out += count == 1 ? numbers : '[' + numbers + ']';
}

void append_single(std::string& out, const Property& property) {
  const protocol::PropertyRow& row = *protocol::property_row(property.id);
  switch (row.kind) {
    case PropertyKind::utf8_string: return append_text(out, row.flag_name, property.text);
    case PropertyKind::binary_data: return append_bytes(out, row.flag_name, property.text);
    default: return append_number(out, row.flag_name, property.number);
  }
}

/// In the order of the packet; what is repeated stands where its first one stood.
void append_members(std::string& out, Properties properties) {
  bool has_user_properties = false;
  bool has_identifiers = false;
  for (const Property& property : properties) {
    if (property.id == PropertyId::user_property) {
      if (!has_user_properties) append_user_properties(out, properties);
      has_user_properties = true;
    } else if (property.id == PropertyId::subscription_identifier) {
      if (!has_identifiers) append_subscription_identifiers(out, properties);
      has_identifiers = true;
    } else {
      append_single(out, property);
    }
  }
}

void append_properties_object(std::string& out, Properties properties) {
  if (properties.empty()) return;
  append_key(out, "properties");
  const std::size_t start = out.size();
  append_members(out, properties);
  out[start] = '{';
  out += '}';
}

}  // namespace

void FormatJson::append_head(std::string& out, const protocol::Publish& message, WallTime time) {
  const SplitTime parts = split(time);
  char microseconds[6];
  write_six_digits(microseconds, parts.nanosecond / 1000);
  out += R"({"tst":")";
  out += second_.at(parts.second);
  out.append(microseconds, sizeof microseconds);
  out += zone_.at(parts.second);
  out += '"';
  append_text(out, "topic", message.topic);
  append_number(out, "qos", static_cast<std::uint64_t>(message.qos));
  append_boolean(out, "retain", message.retain);
  append_number(out, "payloadlen", message.payload.size());
  if (message.qos != protocol::Qos::at_most_once)
    append_number(out, "mid", message.packet_identifier);
  append_properties_object(out, message.properties);
}

void FormatJson::append_escaped(std::string& out, const protocol::Publish& message, WallTime time) {
  append_head(out, message, time);
  if (message.payload.empty()) {
    out += R"(,"payload":null)";
  } else {
    append_bytes(out, "payload", message.payload);
  }
  out += '}';
}

bool FormatJson::append_value(std::string& out, const protocol::Publish& message, WallTime time) {
  const std::string_view payload = message.payload.empty() ? "null" : message.payload;
  if (!is_json(payload)) return false;
  append_head(out, message, time);
  append_key(out, "payload");
  append_compact_json(out, payload);
  out += '}';
  return true;
}

}  // namespace mqtt_toolbox::record
