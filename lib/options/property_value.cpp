#include "options/property_value.hpp"

#include <array>
#include <string>

#include "base/base64.hpp"
#include "base/system.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/settings.hpp"
#include "options/url.hpp"

namespace mqtt_toolbox::options {

using protocol::PropertyId;
using protocol::PropertyKind;
using protocol::PropertyList;
using protocol::PropertyPlace;
using protocol::PropertyRow;

namespace {

Status to_status(const tl::expected<void, protocol::Fault>& added) {
  if (added) return {};
  return fail(ExitCode::usage, protocol::describe(added.error()));
}

/// What follows -D, in the order of mosquitto's manual.
constexpr std::array<PropertyPacket, 6> packets{{
    {"connect", PropertyPlace::connect},
    {"publish", PropertyPlace::publish},
    {"subscribe", PropertyPlace::subscribe},
    {"unsubscribe", PropertyPlace::unsubscribe},
    {"disconnect", PropertyPlace::disconnect},
    {"will", PropertyPlace::will},
}};

std::string quoted(std::string_view text) {
  return '"' + printable(text, 100) + '"';
}

Result<PropertyPlace> find_place(std::string_view name) {
  for (const PropertyPacket& row : packets)
    if (row.name == name) return row.place;
  return fail(ExitCode::usage, quoted(name) +
                                   " is not a packet with properties to set: connect, publish, "
                                   "subscribe, unsubscribe, disconnect or will");
}

Result<const PropertyRow*> find_property(std::string_view packet, std::string_view name,
                                         PropertyPlace place) {
  const PropertyRow* row = protocol::property_row_by_flag(name);
  if (row != nullptr && client_sets(*row, place)) return row;
  if (row != nullptr)
    return fail(ExitCode::usage, std::string(name) + " is not a property that a client sets in " +
                                     std::string(packet));
  std::array<std::string_view, 32> names;
  std::size_t count = 0;
  for (const PropertyRow& candidate : protocol::property_rows())
    if (client_sets(candidate, place) && count < names.size()) names[count++] = candidate.flag_name;
  std::string text = quoted(name) + " is not a property";
  if (auto near = nearest(name, std::span(names).first(count)))
    text += "; did you mean " + std::string(*near) + "?";
  return fail(ExitCode::usage, std::move(text));
}

/// How the value is written: after an @ in the name, so that every literal value keeps its meaning.
Result<std::string> decode(std::string_view value, std::string_view form) {
  if (form.empty()) return std::string(value);
  if (form == "file") return read_file(std::string(value), protocol::maximum_string_bytes);
  std::optional<std::string> bytes;
  if (form == "hex") {
    bytes = decode_hex(value);
  } else if (form == "base64") {
    bytes = decode_base64(value);
  } else {
    return fail(ExitCode::usage, "after @ stands hex, base64 or file, not " + quoted(form));
  }
  if (!bytes) return fail(ExitCode::usage, quoted(value) + " is not " + std::string(form));
  return std::move(*bytes);
}

Result<std::uint32_t> parse_number(const PropertyRow& row, std::string_view text) {
  if (row.id == PropertyId::session_expiry_interval) return parse_session_expiry(text);
  return parse_unsigned(text, row.low, row.high).map([](std::uint64_t number) {
    return static_cast<std::uint32_t>(number);
  });
}

Status add_pair(PropertyList& list, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return fail(ExitCode::usage, quoted(text) + " is not KEY=VALUE");
  return add_user_property(list, text.substr(0, equals), text.substr(equals + 1));
}

}  // namespace

std::span<const PropertyPacket> property_packets() {
  return packets;
}

bool client_sets(const PropertyRow& row, PropertyPlace place) {
  if (place == PropertyPlace::publish && row.id == PropertyId::subscription_identifier)
    return false;
  if (place == PropertyPlace::disconnect && row.id == PropertyId::server_reference) return false;
  return (row.places & (1U << static_cast<unsigned>(place))) != 0;
}

Status add_property(PropertyList& list, PropertyId id, std::string_view text) {
  const PropertyRow& row = *protocol::property_row(id);
  switch (row.kind) {
    case PropertyKind::utf8_string_pair: return add_pair(list, text);
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: return to_status(list.add(id, text));
    default: break;
  }
  auto number = parse_number(row, text);
  if (!number) return tl::unexpected<Error>(std::move(number.error()));
  return to_status(list.add(id, *number));
}

Status add_user_property(PropertyList& list, std::string_view key, std::string_view value) {
  return to_status(list.add_user_property(key, value));
}

Status set_property(PropertyList& list, PropertyId id, std::uint32_t number) {
  return to_status(list.set(id, number));
}

Result<std::uint32_t> parse_session_expiry(std::string_view text) {
  constexpr std::array<std::string_view, 4> words{"-1", "infinity", "inf", "\xE2\x88\x9E"};
  for (std::string_view word : words)
    if (text == word) return 0xFFFFFFFFU;
  return parse_unsigned(text, 0, 0xFFFFFFFF).map([](std::uint64_t seconds) {
    return static_cast<std::uint32_t>(seconds);
  });
}

PropertyList* property_list(Settings& settings, PropertyPlace place) {
  switch (place) {
    case PropertyPlace::connect: return &settings.plan.session.connect_properties;
    case PropertyPlace::publish: return &settings.publish_properties;
    case PropertyPlace::subscribe: return &settings.subscribe_properties;
    case PropertyPlace::unsubscribe: return &settings.unsubscribe_properties;
    case PropertyPlace::disconnect: return &settings.plan.disconnect_properties;
    case PropertyPlace::will: return &settings.draft.will.properties;
    default: return nullptr;
  }
}

Status assign_property_option(Settings& settings, Values values) {
  const std::string packet = lower_case(values[0]);
  const std::string property = lower_case(values[1]);
  auto place = find_place(packet);
  if (!place) return tl::unexpected<Error>(std::move(place.error()));
  PropertyList& list = *property_list(settings, *place);
  if (values.size() == 4) return add_user_property(list, values[2], values[3]);
  const std::size_t at = property.find('@');
  const std::string_view name = std::string_view(property).substr(0, at);
  const std::string_view form =
      at == std::string::npos ? std::string_view() : std::string_view(property).substr(at + 1);
  auto row = find_property(packet, name, *place);
  if (!row) return tl::unexpected<Error>(std::move(row.error()));
  auto value = decode(values[2], form);
  if (!value && is_secret_property(name))
    return fail(value.error().code, std::string(name) + ": what is given, and not shown here, is " +
                                        (form == "file" ? "no file to read" : "wrong after @"));
  if (!value) return tl::unexpected<Error>(std::move(value.error()));
  auto status = add_property(list, (*row)->id, *value);
  if (!status) return fail(status.error().code, std::string(name) + ": " + status.error().text);
  return {};
}

bool is_secret_property(std::string_view name) {
  return lower_case(name.substr(0, name.find('@'))) == "authentication-data";
}

}  // namespace mqtt_toolbox::options
