#include "record/json_properties.hpp"

#include "record/digits.hpp"
#include "record/json_text.hpp"

namespace mqtt_toolbox::record {
namespace {

using protocol::Properties;
using protocol::Property;
using protocol::PropertyId;
using protocol::PropertyKind;
using protocol::PropertyRow;

constexpr std::uint64_t bit(PropertyId id) {
  return 1ULL << static_cast<unsigned>(id);
}

std::uint64_t identifiers_in(Properties properties) {
  std::uint64_t identifiers = 0;
  for (const Property& property : properties) identifiers |= bit(property.id);
  return identifiers;
}

/// What may be repeated somewhere is a list everywhere, so that a key has one type.
bool is_list(const PropertyRow& row) {
  return row.repeatable != 0;
}

void append_item(std::string& out, const PropertyRow& row, const Property& property) {
  if (row.kind != PropertyKind::utf8_string_pair) return append_digits(out, property.number);
  out += '[';
  append_json_string(out, property.key);
  out += ',';
  append_json_string(out, property.text);
  out += ']';
}

void append_list(std::string& out, Properties properties, const PropertyRow& row) {
  char separator = '[';
  for (const Property& property : properties) {
    if (property.id != row.id) continue;
    out += separator;
    append_item(out, row, property);
    separator = ',';
  }
  out += ']';
}

void append_single(std::string& out, const PropertyRow& row, const Property& property) {
  if (row.id == PropertyId::authentication_data) return append_text(out, row.json_name, "***");
  switch (row.kind) {
    case PropertyKind::utf8_string: return append_text(out, row.json_name, property.text);
    case PropertyKind::binary_data: return append_bytes(out, row.json_name, property.text);
    default: return append_number(out, row.json_name, property.number);
  }
}

}  // namespace

void append_properties(std::string& out, Properties properties) {
  if (properties.empty()) return;
  const std::uint64_t identifiers = identifiers_in(properties);
  for (const PropertyRow& row : protocol::property_rows()) {
    if ((identifiers & bit(row.id)) == 0) continue;
    if (is_list(row)) {
      append_key(out, row.json_name);
      append_list(out, properties, row);
    } else if (const auto property = properties.find(row.id)) {
      append_single(out, row, *property);
    }
  }
}

}  // namespace mqtt_toolbox::record
