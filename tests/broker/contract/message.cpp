#include "message.hpp"

#include <fmt/format.h>

namespace mqtt_toolbox::contract {
namespace {

constexpr std::size_t shown_payload = 40;

std::string describe_property(const protocol::Property& property) {
  const protocol::PropertyRow& row = *protocol::property_row(property.id);
  switch (row.kind) {
    case protocol::PropertyKind::utf8_string:
    case protocol::PropertyKind::binary_data:
      return fmt::format("{}={}", row.flag_name, property.text);
    case protocol::PropertyKind::utf8_string_pair:
      return fmt::format("{}={}:{}", row.flag_name, property.key, property.text);
    default: return fmt::format("{}={}", row.flag_name, property.number);
  }
}

}  // namespace

std::string describe(const Received& message) {
  const bool is_long = message.payload.size() > shown_payload;
  return fmt::format("{} at QoS {}{}",
                     is_long ? fmt::format("{} bytes", message.payload.size()) : message.payload,
                     message.qos, message.retain ? ", retained" : "");
}

std::string describe(const std::vector<Received>& messages) {
  if (messages.empty()) return "nothing";
  std::string text;
  for (const Received& message : messages) {
    if (!text.empty()) text += "; ";
    text += describe(message);
  }
  return text;
}

std::string describe(protocol::Properties properties) {
  std::string text;
  for (const protocol::Property& property : properties) {
    if (!text.empty()) text += ' ';
    text += describe_property(property);
  }
  return text;
}

}  // namespace mqtt_toolbox::contract
