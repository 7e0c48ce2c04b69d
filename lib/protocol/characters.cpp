#include "protocol/characters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace mqtt_toolbox::protocol {
namespace {

std::uint32_t byte_at(Bytes text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

/// Takes the first character off well-formed UTF-8 (RFC 3629).
char32_t take_character(Bytes& text) {
  const std::uint32_t lead = byte_at(text, 0);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t character = length == 1 ? lead : lead & (0x7FU >> length);
  const std::size_t size = std::min(length, text.size());
  for (std::size_t i = 1; i < size; ++i) character = character << 6 | (byte_at(text, i) & 0x3FU);
  text.remove_prefix(size);
  return character;
}

bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

/// Unicode, section 23.7: the last two code points of each plane, and 32 in the first one.
bool is_noncharacter(char32_t character) {
  return (character >= 0xFDD0 && character <= 0xFDEF) || (character & 0xFFFE) == 0xFFFE;
}

bool is_text(const Property& property) {
  const PropertyKind kind = property_row(property.id)->kind;
  return kind == PropertyKind::utf8_string || kind == PropertyKind::utf8_string_pair;
}

}  // namespace

std::optional<char32_t> find_risky_character(Bytes text) {
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (is_control(character) || is_noncharacter(character)) return character;
  }
  return std::nullopt;
}

std::optional<RiskyProperty> find_risky_property(Properties properties) {
  for (const Property& property : properties) {
    if (!is_text(property)) continue;
    for (const Bytes text : {property.key, property.text})
      if (const auto risky = find_risky_character(text)) return RiskyProperty{property.id, *risky};
  }
  return std::nullopt;
}

std::string describe_risky_character(char32_t character) {
  std::array<char, 8> digits{};
  const auto end =
      std::to_chars(digits.begin(), digits.end(), static_cast<std::uint32_t>(character), 16).ptr;
  std::string number(digits.begin(), end);
  for (char& digit : number)
    if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  return (is_control(character) ? "the control character U+" : "the non-character U+") + number;
}

}  // namespace mqtt_toolbox::protocol
