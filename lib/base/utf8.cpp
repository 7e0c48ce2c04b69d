#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/base64.hpp"
#include "base/direction.hpp"

namespace mqtt_toolbox {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::size_t length_of_ascii(std::string_view bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (at < bytes.size() && byte_at(bytes, at) < 0x80) ++at;
  return at;
}

bool in_range(std::uint8_t byte, std::uint8_t low, std::uint8_t high) {
  return byte >= low && byte <= high;
}

/// The length of the well-formed character at the front (RFC 3629 section 4), else 0.
std::size_t length_of_character(std::string_view bytes) {
  const std::uint8_t lead = byte_at(bytes, 0);
  if (lead < 0x80) return 1;
  if (!in_range(lead, 0xC2, 0xF4)) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  // The second byte excludes the longer forms, the surrogates and what is above U+10FFFF.
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!in_range(byte_at(bytes, 1), low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (!in_range(byte_at(bytes, i), 0x80, 0xBF)) return 0;
  return length;
}

/// Of a well-formed character.
std::uint32_t code_point(std::string_view character) {
  const std::size_t length = character.size();
  const std::uint32_t lead = byte_at(character, 0);
  std::uint32_t value = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (byte_at(character, i) & 0x3FU);
  return value;
}

/// The bidirectional controls (Unicode Standard Annex 9, section 2) and the two separators.
bool is_direction_control(std::uint32_t character) {
  return character == 0x61C || character == 0x200E || character == 0x200F ||
         (character >= 0x2028 && character <= 0x202E) ||
         (character >= 0x2066 && character <= 0x2069);
}

bool is_c1(std::uint32_t character) {
  return character >= 0x80 && character < 0xA0;
}

void append_number(std::string& out, std::uint32_t character) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), character, 16).ptr;
  out.append(digits.begin(), end);
}

void append_byte_escape(std::string& out, std::string_view byte) {
  out += "\\x";
  append_hex(out, byte);
}

/// Appends the character (or the single bad byte) at the front of `rest` and takes it off.
void append_escaped(std::string& out, std::string_view& rest, bool keep_layout) {
  const std::size_t length = length_of_character(rest);
  const std::string_view character = rest.substr(0, length == 0 ? 1 : length);
  rest.remove_prefix(character.size());
  const char first = character.front();
  const std::uint32_t point = length == 0 ? 0 : code_point(character);
  if (first == '\n' || first == '\t') {
    if (keep_layout) {
      out += first;
    } else {
      out += first == '\n' ? "\\n" : "\\t";
    }
  } else if (is_c1(point) || is_direction_control(point)) {
    out += "\\u{";
    append_number(out, point);
    out += '}';
  } else if (length == 0 || static_cast<std::uint8_t>(first) < 0x20 || first == '\x7F') {
    append_byte_escape(out, character);
  } else {
    out += character;
  }
}

/// `limit`, or a little less so that no character is cut.
std::size_t cut_before_character(std::string_view bytes, std::size_t limit) {
  for (std::size_t back = 1; back <= 3 && back <= limit; ++back)
    if (length_of_character(bytes.substr(limit - back)) > back) return limit - back;
  return limit;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (true) {
    bytes.remove_prefix(length_of_ascii(bytes));
    if (bytes.empty()) return true;
    // Text that is not ASCII tends to stay so for a while.
    while (!bytes.empty() && byte_at(bytes, 0) >= 0x80) {
      const std::size_t length = length_of_character(bytes);
      if (length == 0) return false;
      bytes.remove_prefix(length);
    }
  }
}

std::string printable(std::string_view bytes, std::size_t limit) {
  const bool is_cut = bytes.size() > limit;
  std::string_view rest = is_cut ? bytes.substr(0, cut_before_character(bytes, limit)) : bytes;
  std::string out;
  while (!rest.empty()) append_escaped(out, rest, false);
  if (is_cut) out += "...";
  return out;
}

void escape_direction_controls(std::string& text, std::size_t start) {
  std::string out;
  std::string_view rest = std::string_view(text).substr(start);
  while (!rest.empty()) {
    const std::size_t length = std::max<std::size_t>(1, length_of_character(rest));
    const std::string_view character = rest.substr(0, length);
    rest.remove_prefix(length);
    if (length > 1 && is_direction_control(code_point(character))) {
      const std::uint32_t point = code_point(character);
      out += point < 0x1000 ? "\\u0" : "\\u";
      append_number(out, point);
    } else {
      out += character;
    }
  }
  text.replace(start, std::string::npos, out);
}

void append_for_terminal(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) append_escaped(out, bytes, true);
}

}  // namespace mqtt_toolbox
