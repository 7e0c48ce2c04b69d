#include "record/json_text.hpp"

#include <cstring>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "record/digits.hpp"

namespace mqtt_toolbox::record {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101U;
constexpr std::uint64_t highs = 0x8080808080808080U;

constexpr std::uint64_t has_zero(std::uint64_t word) {
  return (word - ones) & ~word & highs;
}

constexpr std::uint64_t has_byte(std::uint64_t word, std::uint8_t byte) {
  return has_zero(word ^ (ones * byte));
}

constexpr std::uint64_t has_below_space(std::uint64_t word) {
  return (word - ones * 0x20) & ~word & highs;
}

/// What interrupts a run of bytes that are copied as they are. Before the first byte that is not
/// ASCII that is every such byte; after it, when the rest is known to be UTF-8, only the lead byte
/// of the C1 control characters.
enum class Interrupt { ascii_only, utf8 };

template <Interrupt Kind>
constexpr bool interrupts(std::uint8_t byte) {
  if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F) return true;
  return Kind == Interrupt::ascii_only ? byte >= 0x80 : byte == 0xC2;
}

template <Interrupt Kind>
std::size_t plain_length(std::string_view bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    const std::uint64_t beyond =
        Kind == Interrupt::ascii_only ? word & highs : has_byte(word, 0xC2);
    if ((has_below_space(word) | has_byte(word, '"') | has_byte(word, '\\') | has_byte(word, 0x7F) |
         beyond) != 0)
      break;
  }
  while (at < bytes.size() && !interrupts<Kind>(static_cast<std::uint8_t>(bytes[at]))) ++at;
  return at;
}

/// The letter after the backslash for the characters that have a short escape, else 0.
constexpr char short_escape(std::uint8_t byte) {
  switch (byte) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
  }
}

void append_escape(std::string& out, std::uint8_t character) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (const char letter = short_escape(character); letter != 0) {
    const char escape[] = {'\\', letter};
    out.append(escape, sizeof escape);
    return;
  }
  const char escape[] = {'\\', 'u', '0', '0', digits[character >> 4], digits[character & 15]};
  out.append(escape, sizeof escape);
}

/// Appends what stands at the front of `rest`, an interrupting byte within UTF-8, and takes it off.
void append_interrupting(std::string& out, std::string_view& rest) {
  const auto first = static_cast<std::uint8_t>(rest[0]);
  if (first < 0x80) {
    append_escape(out, first);
    rest.remove_prefix(1);
    return;
  }
  const auto second = static_cast<std::uint8_t>(rest[1]);
  if (second < 0xA0) {
    append_escape(out, second);
  } else {
    out.append(rest, 0, 2);
  }
  rest.remove_prefix(2);
}

template <Interrupt Kind>
void append_plain(std::string& out, std::string_view& rest) {
  const std::size_t length = plain_length<Kind>(rest);
  out.append(rest.data(), length);
  rest.remove_prefix(length);
}

/// Up to the end or to the first byte that is not ASCII.
void append_ascii(std::string& out, std::string_view& rest) {
  append_plain<Interrupt::ascii_only>(out, rest);
  while (!rest.empty() && static_cast<std::uint8_t>(rest[0]) < 0x80) {
    append_interrupting(out, rest);
    append_plain<Interrupt::ascii_only>(out, rest);
  }
}

void append_utf8(std::string& out, std::string_view rest) {
  append_plain<Interrupt::utf8>(out, rest);
  while (!rest.empty()) {
    append_interrupting(out, rest);
    append_plain<Interrupt::utf8>(out, rest);
  }
}

std::size_t character_length(std::string_view rest) {
  for (std::size_t length = 1; length <= 4 && length <= rest.size(); ++length)
    if (is_utf8(rest.substr(0, length))) return length;
  return 0;
}

std::string with_replacements(std::string_view rest) {
  std::string text;
  while (!rest.empty()) {
    const std::size_t length = character_length(rest);
    text += length == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, length);
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

}  // namespace

bool append_json_string_if_utf8(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out += '"';
  append_ascii(out, bytes);
  if (!bytes.empty()) {
    if (!is_utf8(bytes)) {
      out.resize(start);
      return false;
    }
    append_utf8(out, bytes);
  }
  out += '"';
  return true;
}

void append_json_string(std::string& out, std::string_view bytes) {
  if (!append_json_string_if_utf8(out, bytes))
    append_json_string_if_utf8(out, with_replacements(bytes));
}

void append_key(std::string& out, std::string_view key) {
  out += ",\"";
  out += key;
  out += "\":";
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
  append_key(out, key);
  append_json_string(out, text);
}

void append_number(std::string& out, std::string_view key, std::uint64_t number) {
  append_key(out, key);
  append_digits(out, number);
}

void append_boolean(std::string& out, std::string_view key, bool value) {
  append_key(out, key);
  out += value ? "true" : "false";
}

void append_bytes(std::string& out, std::string_view key, std::string_view bytes) {
  const std::size_t start = out.size();
  append_key(out, key);
  if (append_json_string_if_utf8(out, bytes)) return;
  out.resize(start);
  append_as_base64(out, key, bytes);
}

void append_as_base64(std::string& out, std::string_view key, std::string_view bytes) {
  out += ",\"";
  out += key;
  out += "_base64\":\"";
  append_base64(out, bytes);
  out += '"';
}

void append_as_hex(std::string& out, std::string_view key, std::string_view bytes) {
  out += ",\"";
  out += key;
  out += "_hex\":\"";
  append_hex(out, bytes);
  out += '"';
}

}  // namespace mqtt_toolbox::record
