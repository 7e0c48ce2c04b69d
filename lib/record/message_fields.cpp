#include "record/message_fields.hpp"

#include <deque>
#include <vector>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "protocol/topic.hpp"
#include "record/format_json.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::PropertyId;
using protocol::PropertyKind;
using protocol::PropertyPlace;
using protocol::PropertyRow;
using Kind = MessageField::Kind;

/// The longest part of a wrong value that an error repeats.
constexpr std::size_t shown_bytes = 40;

/// What belongs to one delivery, not to the message.
bool is_ignored(PropertyId id) {
  return id == PropertyId::topic_alias || id == PropertyId::subscription_identifier;
}

class FieldTable {
 public:
  explicit FieldTable(FieldPlace place) : place_(place) {
    if (place == FieldPlace::line)
      for (const MessageField& field : own) add(field.name, field.kind);
    for (const PropertyRow& row : protocol::property_rows())
      if ((row.places & (1U << static_cast<unsigned>(PropertyPlace::publish))) != 0)
        add_property(row);
  }

  const MessageField* find(std::string_view name) const {
    for (const MessageField& field : fields_)
      if (field.name == name) return &field;
    return nullptr;
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> all;
    for (const MessageField& field : fields_) all.push_back(field.name);
    return all;
  }

 private:
  static constexpr MessageField own[] = {
      {"type", Kind::type},
      {"time", Kind::ignored},
      {"topic", Kind::topic},
      {"qos", Kind::qos},
      {"retain", Kind::retain},
      {"dup", Kind::ignored},
      {"packet_identifier", Kind::ignored},
      {"payload", Kind::payload},
      {"payload_base64", Kind::payload_base64},
      {"payload_hex", Kind::payload_hex},
      {"payload_length", Kind::ignored},
      {"id", Kind::id},
      {"time_s", Kind::ignored},
      // What mosquitto_sub writes for %j and %J has these as well.
      {"tst", Kind::ignored},
      {"payloadlen", Kind::ignored},
      {"mid", Kind::ignored},
      {"properties", Kind::properties},
  };
  /// The bits of the keys in `properties`, above those of a line.
  static constexpr std::size_t first_bit_of_properties = 40;

  void add_property(const PropertyRow& row) {
    const std::string_view name = name_of(row);
    if (row.id == PropertyId::user_property) return add(name, Kind::user_properties);
    add(name, is_ignored(row.id) ? Kind::ignored : Kind::property, row.id);
    if (row.kind != PropertyKind::binary_data) return;
    names_.push_back(std::string(name) + "_base64");
    add(names_.back(), Kind::property_base64, row.id);
  }

  std::string_view name_of(const PropertyRow& row) const {
    if (place_ == FieldPlace::line) return row.json_name;
    return row.id == PropertyId::user_property ? mosquitto_user_properties : row.flag_name;
  }

  void add(std::string_view name, Kind kind, PropertyId id = {}) {
    const std::size_t first = place_ == FieldPlace::line ? 0 : first_bit_of_properties;
    fields_.push_back({name, kind, id, 1ULL << (first + fields_.size())});
  }

  FieldPlace place_;
  std::deque<std::string> names_;
  std::vector<MessageField> fields_;
};

const FieldTable& table(FieldPlace place) {
  static const FieldTable line(FieldPlace::line);
  static const FieldTable properties(FieldPlace::properties);
  return place == FieldPlace::line ? line : properties;
}

std::string show(const FieldValue& value) {
  switch (value.kind) {
    case FieldValue::Kind::null: return "null";
    case FieldValue::Kind::boolean: return value.boolean ? "true" : "false";
    case FieldValue::Kind::number: return printable(value.text, shown_bytes);
    case FieldValue::Kind::string: return '"' + printable(value.text, shown_bytes) + '"';
    case FieldValue::Kind::array: return "an array";
    case FieldValue::Kind::object: return "an object";
  }
  return {};
}

void refuse(MessageDraft& draft, const MessageField& field, const FieldValue& value,
            std::string_view wanted) {
  std::string cause = show(value);
  cause += " is not ";
  cause += wanted;
  note_fault(draft, field.name, cause);
}

/// The content of a value that has to be a string, else a fault.
std::string* string_of(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  if (value.kind == FieldValue::Kind::string) return &value.text;
  refuse(draft, field, value, "a string");
  return nullptr;
}

/// A line of another type has keys of its own, so that this fault goes before what they are.
void set_type(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  if (value.kind == FieldValue::Kind::string && value.text == "message") return;
  draft.fault.reset();
  refuse(draft, field, value, "\"message\"; JSON of another kind belongs in payload");
}

void set_topic(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  std::string* topic = string_of(draft, field, value);
  if (topic == nullptr) return;
  if (const auto checked = protocol::check_topic_name(*topic); !checked)
    note_fault(draft, field.name, protocol::describe(checked.error()));
  // Also a wrong one, since the error is about it.
  draft.message.topic = std::move(*topic);
  draft.has_topic = true;
}

void set_qos(MessageDraft& draft, const MessageField& field, const FieldValue& value) {
  if (!value.whole || *value.whole > 2) return refuse(draft, field, value, "0, 1 or 2");
  draft.message.qos = static_cast<protocol::Qos>(*value.whole);
  draft.has_qos = true;
}

/// mosquitto_sub before 2.1 writes 0 and 1.
void set_retain(MessageDraft& draft, const MessageField& field, const FieldValue& value) {
  const bool is_bit = value.whole && *value.whole <= 1;
  if (value.kind != FieldValue::Kind::boolean && !is_bit)
    return refuse(draft, field, value, "true or false");
  draft.message.retain = is_bit ? *value.whole == 1 : value.boolean;
  draft.has_retain = true;
}

void set_plain_payload(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  if (value.kind == FieldValue::Kind::boolean) value.text = show(value);
  set_payload(draft, field, std::move(value.text));
}

void set_encoded_payload(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  const std::string* text = string_of(draft, field, value);
  if (text == nullptr) return;
  const bool is_hex = field.kind == Kind::payload_hex;
  std::optional<std::string> bytes = is_hex ? decode_hex(*text) : decode_base64(*text);
  if (!bytes) return refuse(draft, field, value, is_hex ? "hexadecimal" : "base64");
  set_payload(draft, field, std::move(*bytes));
}

void set_id(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  if (std::string* id = string_of(draft, field, value)) draft.message.id = std::move(*id);
}

template <typename Value>
void add_property(MessageDraft& draft, const MessageField& field, const Value& value) {
  const auto added = draft.message.properties.add(field.property, value);
  if (!added) note_fault(draft, field.name, protocol::describe(added.error()));
}

bool is_number(PropertyKind kind) {
  return kind != PropertyKind::utf8_string && kind != PropertyKind::binary_data &&
         kind != PropertyKind::utf8_string_pair;
}

void set_number_property(MessageDraft& draft, const MessageField& field, const PropertyRow& row,
                         const FieldValue& value) {
  if (value.whole && *value.whole >= row.low && *value.whole <= row.high)
    return add_property(draft, field, static_cast<std::uint32_t>(*value.whole));
  refuse(draft, field, value,
         "a whole number from " + std::to_string(row.low) + " to " + std::to_string(row.high));
}

void set_property(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  const PropertyRow& row = *protocol::property_row(field.property);
  if (is_number(row.kind)) return set_number_property(draft, field, row, value);
  if (const std::string* text = string_of(draft, field, value))
    add_property(draft, field, protocol::Bytes(*text));
}

void set_property_base64(MessageDraft& draft, const MessageField& field, FieldValue& value) {
  const std::string* text = string_of(draft, field, value);
  if (text == nullptr) return;
  const auto bytes = decode_base64(*text);
  if (!bytes) return refuse(draft, field, value, "base64");
  add_property(draft, field, protocol::Bytes(*bytes));
}

void note_unknown(MessageDraft& draft, FieldPlace place, std::string_view key) {
  const std::vector<std::string_view> names = table(place).names();
  std::string cause = "unknown key";
  if (const auto near = nearest(key, names)) {
    cause += "; did you mean ";
    cause += *near;
    cause += '?';
  }
  note_fault(draft, printable(key, shown_bytes), cause);
}

}  // namespace

void note_fault(MessageDraft& draft, std::string_view field, std::string_view cause) {
  if (draft.fault) return;
  std::string text(field);
  text += ": ";
  text += cause;
  draft.fault = Error{ExitCode::io, std::move(text)};
}

const MessageField* enter_field(MessageDraft& draft, FieldPlace place, std::string_view key) {
  const MessageField* field = table(place).find(key);
  if (field == nullptr) {
    note_unknown(draft, place, key);
  } else if ((draft.seen & field->bit) != 0) {
    note_fault(draft, key, "given twice");
    field = nullptr;
  } else {
    draft.seen |= field->bit;
    draft.names_topic |= field->kind == MessageField::Kind::topic;
  }
  return field;
}

void set_payload(MessageDraft& draft, const MessageField& field, std::string&& payload) {
  if (!draft.payload_key.empty()) {
    std::string cause = "given beside ";
    cause += draft.payload_key;
    return note_fault(draft, field.name, cause);
  }
  draft.message.payload = std::move(payload);
  draft.payload_key = field.name;
}

void add_user_property(MessageDraft& draft, std::string_view name, std::string_view value) {
  const auto added = draft.message.properties.add_user_property(name, value);
  if (!added) note_fault(draft, "user_properties", protocol::describe(added.error()));
}

void set_field(MessageDraft& draft, const MessageField& field, FieldValue&& value) {
  switch (field.kind) {
    case Kind::type: return set_type(draft, field, value);
    case Kind::topic: return set_topic(draft, field, value);
    case Kind::qos: return set_qos(draft, field, value);
    case Kind::retain: return set_retain(draft, field, value);
    case Kind::payload: return set_plain_payload(draft, field, value);
    case Kind::payload_base64:
    case Kind::payload_hex: return set_encoded_payload(draft, field, value);
    case Kind::id: return set_id(draft, field, value);
    case Kind::property: return set_property(draft, field, value);
    case Kind::property_base64: return set_property_base64(draft, field, value);
    case Kind::user_properties:
      return refuse(draft, field, value, "an array of [name, value] or an object");
    case Kind::properties: return refuse(draft, field, value, "an object");
    case Kind::ignored: return;
  }
}

}  // namespace mqtt_toolbox::record
