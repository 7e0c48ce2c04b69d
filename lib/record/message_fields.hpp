#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "record/message_input.hpp"

namespace mqtt_toolbox::record {

/// What a line has given so far.
struct MessageDraft {
  InputMessage message;
  std::optional<Error> fault;  ///< the first field that is wrong
  bool has_topic = false;
  bool names_topic = false;  ///< the key is there, its value right or wrong
  bool has_qos = false;
  bool has_retain = false;
  bool has_user_properties = false;
  std::string_view payload_key;  ///< the key that gave the payload; empty: none yet
  std::uint64_t seen = 0;        ///< one bit a row of the field table
};

/// A JSON value that is neither array nor object; those are told apart for error texts only.
struct FieldValue {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::optional<std::uint64_t> whole;  ///< a number without sign, fraction and exponent
  std::string text;                    ///< a number as it came; a string's content
};

/// One key that a line may have.
struct MessageField {
  enum class Kind {
    type,
    topic,
    qos,
    retain,
    payload,
    payload_base64,
    payload_hex,
    id,
    property,         ///< a number, or a string for text and binary data
    property_base64,  ///< binary data
    user_properties,
    properties,  ///< an object with the properties, as mosquitto_sub writes them
    ignored,     ///< what lines of a subscriber have and a publish does not need
  };

  std::string_view name;
  Kind kind;
  protocol::PropertyId property{};
  std::uint64_t bit = 0;  ///< in MessageDraft::seen
};

/// Where a key stands.
enum class FieldPlace : std::uint8_t {
  line,        ///< at the top
  properties,  ///< in the object `properties`
};

/// The row for a key; notes a fault in `draft` and gives nullptr for keys that are unknown or there
/// twice.
const MessageField* enter_field(MessageDraft& draft, FieldPlace place, std::string_view key);

/// Takes a value that is no array and no object, or refuses one that is.
void set_field(MessageDraft& draft, const MessageField& field, FieldValue&& value);

/// Takes the text of a payload that is an array or an object.
void set_payload(MessageDraft& draft, const MessageField& field, std::string&& payload);

void add_user_property(MessageDraft& draft, std::string_view name, std::string_view value);

void note_fault(MessageDraft& draft, std::string_view field, std::string_view cause);

/// Reads the JSON of a line into `draft`. Fails when it is no JSON object.
Status read_message_line(std::string_view line, MessageDraft& draft);

}  // namespace mqtt_toolbox::record
