#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "record/digits.hpp"
#include "record/json_text.hpp"
#include "record/json_value.hpp"
#include "record/message_fields.hpp"

namespace mqtt_toolbox::record {
namespace {

using Json = nlohmann::json;

/// Compact JSON made from parser events. The last byte tells whether a comma is due.
class CompactText {
 public:
  void open(char bracket) {
    separate();
    text_ += bracket;
  }
  void close(char bracket) { text_ += bracket; }
  void add_key(std::string_view key) {
    separate();
    append_json_string(text_, key);
    text_ += ':';
  }
  void add(const FieldValue& value) {
    separate();
    switch (value.kind) {
      case FieldValue::Kind::null: text_ += "null"; return;
      case FieldValue::Kind::boolean: text_ += value.boolean ? "true" : "false"; return;
      case FieldValue::Kind::string: append_json_string(text_, value.text); return;
      default: text_ += value.text;
    }
  }
  std::string take() { return std::exchange(text_, {}); }

 private:
  void separate() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '[' && last != '{' && last != ':') text_ += ',';
  }

  std::string text_;
};

/// User properties as [[name, value], ...], {name: value, ...} or [{name: value}, ...]. Each
/// function says whether the shape is still right.
class UserPropertyShape {
 public:
  explicit UserPropertyShape(MessageDraft& draft) : draft_(draft) {}

  bool open_array(int depth) {
    strings_ = 0;
    return depth == 2 || (depth == 3 && object_depth_ == 0);
  }
  bool close_array(int depth) { return depth == 2 || strings_ == 2; }
  bool open_object(int depth) {
    const bool is_outermost = object_depth_ == 0;
    object_depth_ = depth;
    return is_outermost && depth <= 3;
  }
  void close_object() { object_depth_ = 0; }
  void add_key(std::string& name) { name_ = std::move(name); }
  bool add(int depth, const FieldValue& value) {
    const bool in_object = object_depth_ != 0;
    if (value.kind != FieldValue::Kind::string || depth != (in_object ? object_depth_ : 3))
      return false;
    if (in_object || ++strings_ == 2) {
      add_user_property(draft_, name_, value.text);
    } else {
      name_ = value.text;
    }
    return strings_ <= 2;
  }

 private:
  MessageDraft& draft_;
  int object_depth_ = 0;  ///< of the object that is open; 0: none
  int strings_ = 0;
  std::string name_;
};

/// Follows the parser through a line. Faults of fields go to the draft, and parsing goes on:
/// whether the line is JSON, and of which type, is known only at its end.
class LineReader final : public nlohmann::json_sax<Json> {
 public:
  explicit LineReader(MessageDraft& draft) : draft_(draft), user_properties_(draft) {}

  const std::string& fault() const { return fault_; }

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    return add({FieldValue::Kind::boolean, value, std::nullopt, {}});
  }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    return add_number(std::to_string(value), value);
  }
  bool number_float(number_float_t, const string_t& text) override { return add_number(text); }
  bool string(string_t& value) override {
    return add({FieldValue::Kind::string, false, std::nullopt, std::move(value)});
  }
  bool binary(binary_t&) override { return false; }

  bool key(string_t& name) override {
    if (depth() == 1) {
      field_ = enter_field(draft_, place_, name);
    } else if (is_in(MessageField::Kind::payload)) {
      payload_.add_key(name);
    } else if (is_in(MessageField::Kind::user_properties)) {
      user_properties_.add_key(name);
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (!open(FieldValue::Kind::object)) return false;
    if (is_in(MessageField::Kind::payload)) payload_.open('{');
    if (is_in(MessageField::Kind::user_properties)) expect(user_properties_.open_object(depth()));
    if (depth() == 2 && is_in(MessageField::Kind::properties)) go_to(FieldPlace::properties);
    return true;
  }

  bool end_object() override {
    if (is_in(MessageField::Kind::payload)) payload_.close('}');
    if (is_in(MessageField::Kind::user_properties)) user_properties_.close_object();
    close();
    if (depth() == 0) go_to(FieldPlace::line);
    return true;
  }

  bool start_array(std::size_t) override {
    if (!open(FieldValue::Kind::array)) return false;
    if (is_in(MessageField::Kind::payload)) payload_.open('[');
    if (is_in(MessageField::Kind::user_properties)) expect(user_properties_.open_array(depth()));
    return true;
  }

  bool end_array() override {
    if (is_in(MessageField::Kind::payload)) payload_.close(']');
    if (is_in(MessageField::Kind::user_properties)) expect(user_properties_.close_array(depth()));
    close();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const Json::exception& error) override {
    constexpr std::string_view before_cause = "syntax error while ";
    const std::string_view text = error.what();
    const std::size_t cause = text.find(before_cause);
    fault_ = "not JSON at column " + std::to_string(position) + ": ";
    fault_ += cause == text.npos ? "a number is out of range"
                                 : printable(text.substr(cause + before_cause.size()));
    return false;
  }

 private:
  /// Whether the event belongs to an array or object that is the value of such a field.
  bool is_in(MessageField::Kind kind) const {
    return depth() > 1 && field_ != nullptr && field_->kind == kind;
  }

  /// Arrays and objects that are open, counted from the object with the keys: 1 in that itself.
  int depth() const { return place_ == FieldPlace::line ? depth_ : depth_ - 1; }

  void go_to(FieldPlace place) {
    place_ = place;
    field_ = nullptr;
  }

  bool takes(FieldValue::Kind kind) const {
    return field_ == nullptr || is_in(MessageField::Kind::payload) ||
           is_in(MessageField::Kind::user_properties) ||
           (is_in(MessageField::Kind::properties) && kind == FieldValue::Kind::object);
  }

  bool fail_with(std::string_view fault) {
    fault_ = fault;
    return false;
  }

  bool open(FieldValue::Kind kind) {
    if (depth_ == 0 && kind == FieldValue::Kind::array) return fail_with("not a JSON object");
    if (++depth_ > maximum_json_depth + 1)  // the line itself is one level
      return fail_with("nested deeper than " + std::to_string(maximum_json_depth) + " levels");
    if (depth() == 2 && !takes(kind)) {
      FieldValue value;
      value.kind = kind;
      set_field(draft_, *field_, std::move(value));
    }
    return true;
  }

  void close() {
    if (depth() == 2) {
      if (is_in(MessageField::Kind::payload)) set_payload(draft_, *field_, payload_.take());
      if (is_in(MessageField::Kind::user_properties)) draft_.has_user_properties = true;
    }
    --depth_;
  }

  bool add_number(std::string text, std::optional<std::uint64_t> whole = std::nullopt) {
    return add({FieldValue::Kind::number, false, whole, std::move(text)});
  }

  bool add(FieldValue&& value) {
    if (depth_ == 0) return fail_with("not a JSON object");
    if (field_ == nullptr) return true;
    if (depth() == 1) {
      set_field(draft_, *field_, std::move(value));
    } else if (is_in(MessageField::Kind::payload)) {
      payload_.add(value);
    } else if (is_in(MessageField::Kind::user_properties)) {
      expect(user_properties_.add(depth(), value));
    }
    return true;
  }

  void expect(bool right) {
    if (!right)
      note_fault(draft_, field_->name, "not an array of [name, value] or an object of strings");
  }

  MessageDraft& draft_;
  UserPropertyShape user_properties_;
  CompactText payload_;
  FieldPlace place_ = FieldPlace::line;
  const MessageField* field_ = nullptr;
  std::string fault_;
  int depth_ = 0;  ///< of the whole line
};

}  // namespace

Status read_message_line(std::string_view line, MessageDraft& draft) {
  // The library takes a NUL for the end of the input.
  if (const std::size_t nul = line.find('\0'); nul != line.npos)
    return fail(ExitCode::io, "not JSON at column " + std::to_string(nul + 1) + ": a NUL byte");
  LineReader reader(draft);
  if (!Json::sax_parse(line.begin(), line.end(), &reader))
    return fail(ExitCode::io, reader.fault());
  return {};
}

}  // namespace mqtt_toolbox::record
