#include <algorithm>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "record/trace_sink.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::PropertyId;
using protocol::PropertyKind;
using protocol::PropertyRow;

std::string with_spaces(std::string_view key) {
  std::string text(key);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  return text;
}

std::string quoted(std::string_view bytes) {
  return '"' + printable(bytes) + '"';
}

/// The JSON name is the name with the unit behind it.
std::string_view unit_of(const PropertyRow& row) {
  const std::string_view key = row.json_name;
  const std::size_t size = row.flag_name.size();
  return key.size() > size && key[size] == '_' ? key.substr(size + 1) : std::string_view();
}

}  // namespace

void TraceText::start(std::string_view key) {
  if (!is_first_) out_ += ", ";
  is_first_ = false;
  out_ += with_spaces(key);
}

void TraceText::text(std::string_view key, protocol::Bytes value) {
  start(key);
  out_ += ' ' + quoted(value);
}

void TraceText::number(std::string_view key, std::uint64_t value, std::string_view unit) {
  start(key);
  out_ += ' ' + std::to_string(value);
  if (unit.empty()) return;
  out_ += ' ';
  out_ += unit;
}

void TraceText::flag(std::string_view key, bool value) {
  if (value) start(key);
}

void TraceText::secret(std::string_view key) {
  start(key);
  out_ += " ***";
}

void TraceText::payload(protocol::Bytes payload) {
  start("payload");
  out_ += ' ' + std::to_string(payload.size()) + " bytes";
  if (!payload.empty()) out_ += " \"" + printable(payload, traced_payload_bytes) + '"';
}

void TraceText::reason(std::uint8_t code, std::string_view name) {
  start("reason");
  out_ += " 0x";
  append_hex(out_, {reinterpret_cast<const char*>(&code), 1});
  out_ += ' ';
  out_ += name;
}

void TraceText::property(const protocol::Property& property) {
  const PropertyRow& row = *protocol::property_row(property.id);
  if (property.id == PropertyId::authentication_data) return secret(row.flag_name);
  switch (row.kind) {
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: return text(row.flag_name, property.text);
    case PropertyKind::utf8_string_pair:
      start(row.flag_name);
      out_ += ' ' + quoted(property.key) + '=' + quoted(property.text);
      return;
    default: return number(row.flag_name, property.number, unit_of(row));
  }
}

void TraceText::properties(protocol::Properties properties) {
  for (const protocol::Property& one : properties) property(one);
}

void TraceText::open(std::string_view key) {
  start(key);
  out_ += key.empty() ? "(" : " (";
  is_first_ = true;
}

void TraceText::close() {
  out_ += ')';
  is_first_ = false;
}

}  // namespace mqtt_toolbox::record
