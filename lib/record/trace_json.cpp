#include "base/utf8.hpp"
#include "record/json_properties.hpp"
#include "record/json_text.hpp"
#include "record/trace_sink.hpp"

namespace mqtt_toolbox::record {
namespace {

/// The first bytes of a payload; a little less where that keeps the last character whole.
std::string_view cut(std::string_view payload) {
  if (payload.size() <= traced_payload_bytes) return payload;
  for (std::size_t back = 0; back < 4; ++back) {
    const std::string_view front = payload.substr(0, traced_payload_bytes - back);
    if (is_utf8(front)) return front;
  }
  return payload.substr(0, traced_payload_bytes);
}

}  // namespace

void TraceJson::text(std::string_view key, protocol::Bytes value) {
  append_text(out_, key, value);
}

void TraceJson::number(std::string_view key, std::uint64_t value, std::string_view unit) {
  if (unit.empty()) return append_number(out_, key, value);
  std::string with_unit(key);
  with_unit += '_';
  with_unit += unit;
  append_number(out_, with_unit, value);
}

void TraceJson::flag(std::string_view key, bool value) {
  append_boolean(out_, key, value);
}

void TraceJson::secret(std::string_view key) {
  append_text(out_, key, "***");
}

void TraceJson::payload(protocol::Bytes payload) {
  append_number(out_, "payload_length", payload.size());
  append_bytes(out_, "payload", cut(payload));
}

void TraceJson::reason(std::uint8_t code, std::string_view name) {
  append_number(out_, "reason_code", code);
  append_text(out_, "reason", name);
}

void TraceJson::properties(protocol::Properties properties) {
  append_properties(out_, properties);
}

// A value starts where its first member will write a comma; closing it turns that into the bracket.
void TraceJson::open(std::string_view key) {
  if (key.empty()) {
    out_ += ',';
  } else {
    append_key(out_, key);
  }
  starts_.push_back(out_.size());
}

void TraceJson::open_list(std::string_view key) {
  append_key(out_, key);
  starts_.push_back(out_.size());
}

void TraceJson::close_with(char open, char close) {
  const std::size_t start = starts_.back();
  starts_.pop_back();
  if (start == out_.size()) {
    out_ += open;
  } else {
    out_[start] = open;
  }
  out_ += close;
}

void TraceJson::close() {
  close_with('{', '}');
}
void TraceJson::close_list() {
  close_with('[', ']');
}

}  // namespace mqtt_toolbox::record
