#include "protocol/properties.hpp"

#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

namespace mqtt_toolbox::protocol {
namespace {

std::uint32_t bit(PropertyPlace place) {
  return 1U << static_cast<unsigned>(place);
}

bool is_number(PropertyKind kind) {
  return kind <= PropertyKind::variable_byte_integer;
}

/// Which properties were seen in a list: identifiers are below 64.
class Seen {
 public:
  /// Whether the property may stand there (again).
  std::optional<Fault> admit(const PropertyRow& row, PropertyPlace place) {
    if ((row.places & bit(place)) == 0) return Fault::property_not_for_packet;
    const std::uint64_t mark = std::uint64_t{1} << static_cast<unsigned>(row.id);
    if ((seen_ & mark) != 0 && (row.repeatable & bit(place)) == 0) return Fault::property_repeated;
    seen_ |= mark;
    return std::nullopt;
  }

 private:
  std::uint64_t seen_ = 0;
};

std::optional<Fault> number_fault(const PropertyRow& row, std::uint32_t number) {
  if (row.id == PropertyId::topic_alias && number == 0) return Fault::topic_alias_zero;
  if (number < row.low || number > row.high) return Fault::property_value_out_of_range;
  return std::nullopt;
}

std::optional<Fault> fault_of(const tl::expected<void, Fault>& checked) {
  return checked ? std::nullopt : std::optional(checked.error());
}

/// A Response Topic is a topic name like any other, section 4.7.3, and a statement of its own
/// forbids it wildcards.
std::optional<Fault> response_topic_fault(Bytes topic) {
  const auto fault = fault_of(check_topic_name(topic));
  return fault == Fault::topic_name_has_wildcard ? Fault::response_topic_has_wildcard : fault;
}

/// What holds for a property's value wherever it stands.
std::optional<Fault> value_fault(const PropertyRow& row, const Property& property) {
  if (is_number(row.kind)) return number_fault(row, property.number);
  if (row.kind == PropertyKind::binary_data)
    return property.text.size() > maximum_string_bytes ? std::optional(Fault::string_too_long)
                                                       : std::nullopt;
  if (row.id == PropertyId::response_topic) return response_topic_fault(property.text);
  if (const auto fault = fault_of(check_string(property.key))) return fault;
  return fault_of(check_string(property.text));
}

/// Identifier and value, unchecked but for their lengths; nullptr when the reader failed.
const PropertyRow* read_property(Reader& reader, Property& property) {
  const std::uint32_t identifier = reader.variable_integer();
  if (reader.failed()) return nullptr;
  const PropertyRow* row =
      identifier < 0x80 ? property_row(static_cast<PropertyId>(identifier)) : nullptr;
  if (row == nullptr) {
    reader.fail(Fault::property_unknown);
    return nullptr;
  }
  property = Property{.id = row->id};
  switch (row->kind) {
    case PropertyKind::byte: property.number = reader.byte(); break;
    case PropertyKind::two_byte_integer: property.number = reader.two_bytes(); break;
    case PropertyKind::four_byte_integer: property.number = reader.four_bytes(); break;
    case PropertyKind::variable_byte_integer: property.number = reader.variable_integer(); break;
    case PropertyKind::utf8_string_pair: property.key = reader.binary(); [[fallthrough]];
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: property.text = reader.binary(); break;
  }
  return reader.failed() ? nullptr : row;
}

void append_property(std::string& encoded, const PropertyRow& row, const Property& property) {
  Appender out(encoded);
  out.byte(static_cast<std::uint32_t>(row.id));
  switch (row.kind) {
    case PropertyKind::byte: out.byte(property.number); break;
    case PropertyKind::two_byte_integer: out.two_bytes(property.number); break;
    case PropertyKind::four_byte_integer: out.four_bytes(property.number); break;
    case PropertyKind::variable_byte_integer: out.variable_integer(property.number); break;
    case PropertyKind::utf8_string_pair: out.string(property.key); [[fallthrough]];
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: out.string(property.text); break;
  }
}

}  // namespace

tl::expected<Properties, Fault> Properties::parse(Bytes encoded, PropertyPlace place) {
  Reader reader(encoded);
  Seen seen;
  Property property;
  while (!reader.empty()) {
    const PropertyRow* row = read_property(reader, property);
    if (row == nullptr) return tl::unexpected(reader.fault());
    if (const auto fault = seen.admit(*row, place)) return tl::unexpected(*fault);
    if (const auto fault = value_fault(*row, property)) return tl::unexpected(*fault);
  }
  return Properties(encoded);
}

Properties Reader::parse_properties(std::size_t length, PropertyPlace place) {
  const Bytes encoded = take(length, Fault::property_length_exceeds_packet);
  const auto parsed = Properties::parse(encoded, place);
  if (!parsed) fail(parsed.error());
  return parsed.value_or(Properties());
}

void Properties::Iterator::step() {
  Reader reader(rest_);
  at_end_ = read_property(reader, property_) == nullptr;
  rest_ = reader.remainder();
}

std::optional<Property> Properties::find(PropertyId id) const {
  for (const Property& property : *this)
    if (property.id == id) return property;
  return std::nullopt;
}

std::optional<std::uint32_t> Properties::number(PropertyId id) const {
  const auto found = find(id);
  return found ? std::optional(found->number) : std::nullopt;
}

std::optional<Bytes> Properties::text(PropertyId id) const {
  const auto found = find(id);
  return found ? std::optional(found->text) : std::nullopt;
}

tl::expected<void, Fault> PropertyList::add(PropertyId id, std::uint32_t number) {
  const PropertyRow* row = property_row(id);
  if (row != nullptr && !is_number(row->kind))
    return tl::unexpected(Fault::property_value_out_of_range);
  return add(Property{.id = id, .number = number});
}

tl::expected<void, Fault> PropertyList::add(PropertyId id, Bytes text) {
  const PropertyRow* row = property_row(id);
  if (row != nullptr && (is_number(row->kind) || row->kind == PropertyKind::utf8_string_pair))
    return tl::unexpected(Fault::property_value_out_of_range);
  return add(Property{.id = id, .text = text});
}

tl::expected<void, Fault> PropertyList::add_user_property(Bytes key, Bytes value) {
  return add(Property{.id = PropertyId::user_property, .text = value, .key = key});
}

tl::expected<void, Fault> PropertyList::add(const Property& property) {
  const PropertyRow* row = property_row(property.id);
  if (row == nullptr) return tl::unexpected(Fault::property_unknown);
  Seen seen;
  if (view().find(property.id)) seen.admit(*row, place_);
  if (const auto fault = seen.admit(*row, place_)) return tl::unexpected(*fault);
  if (const auto fault = value_fault(*row, property)) return tl::unexpected(*fault);
  append_property(encoded_, *row, property);
  return {};
}

tl::expected<void, Fault> PropertyList::set(PropertyId id, std::uint32_t number) {
  PropertyList changed(place_);
  bool is_set = false;
  for (Property property : view()) {
    if (property.id == id && !is_set) {
      property.number = number;
      is_set = true;
    }
    if (const auto added = changed.add(property); !added) return added;
  }
  if (!is_set) return add(id, number);
  encoded_ = std::move(changed.encoded_);
  return {};
}

void PropertyList::remove(PropertyId id) {
  std::string kept;
  for (const Property& property : view())
    if (property.id != id) append_property(kept, *property_row(property.id), property);
  encoded_ = std::move(kept);
}

}  // namespace mqtt_toolbox::protocol
