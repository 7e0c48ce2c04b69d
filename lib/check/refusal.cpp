#include "check/refusal.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace mqtt_toolbox::check {

namespace {

constexpr std::size_t most_shown = 200;  ///< bytes of a Reason String

}  // namespace

std::string reason_text(protocol::ReasonCode reason, protocol::PacketType packet) {
  return fmt::format("0x{:02X} {}", static_cast<unsigned>(reason), name(reason, packet));
}

std::string reason_string_of(protocol::Properties properties) {
  const auto text = properties.text(protocol::PropertyId::reason_string);
  if (!text || text->empty()) return {};
  return fmt::format(": \"{}\"", printable(*text, most_shown));
}

}  // namespace mqtt_toolbox::check
