#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace mqtt_toolbox {
namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::uint8_t no_digit = 0xFF;

using DigitValues = std::array<std::uint8_t, 256>;

constexpr DigitValues values_of(std::string_view digits) {
  DigitValues values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}

constexpr DigitValues base64_values = values_of(base64_digits);

constexpr DigitValues hex_values_of_either_case() {
  DigitValues values = values_of(hex_digits);
  for (char c = 'a'; c <= 'f'; ++c)
    values[static_cast<std::uint8_t>(c - 'a' + 'A')] = values[static_cast<std::uint8_t>(c)];
  return values;
}

constexpr DigitValues hex_values = hex_values_of_either_case();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint32_t base64_value(char digit) {
  return base64_values[static_cast<std::uint8_t>(digit)];
}

char* put_digits(char* to, std::uint32_t group, int count) {
  for (int i = 0; i < count; ++i) *to++ = base64_digits[(group >> (18 - 6 * i)) & 0x3F];
  return to;
}

/// The last one or two bytes with their padding.
void put_tail(char* to, std::string_view tail) {
  if (tail.size() == 1) {
    to = put_digits(to, byte_at(tail, 0) << 16, 2);
    *to++ = '=';
    *to = '=';
  } else if (tail.size() == 2) {
    to = put_digits(to, byte_at(tail, 0) << 16 | byte_at(tail, 1) << 8, 3);
    *to = '=';
  }
}

/// The bytes of the last group, which may be padded; false when it is not well-formed.
bool append_last_group(std::string& out, std::string_view group) {
  const std::size_t digits = group[3] != '=' ? 4 : group[2] != '=' ? 3 : 2;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const std::uint32_t value = base64_value(group[i]);
    if (value == no_digit) return false;
    bits |= value << (18 - 6 * i);
  }
  const std::size_t bytes = digits - 1;
  if ((bits & (0xFFFFFFU >> (8 * bytes))) != 0) return false;
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(bits >> (16 - 8 * i)));
  return true;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3)
    to = put_digits(
        to, byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2), 4);
  put_tail(to, bytes.substr(at));
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  if (text.empty()) return out;
  const std::size_t whole = text.size() - 4;
  out.resize(whole / 4 * 3);
  char* to = out.data();
  std::uint32_t seen = 0;
  for (std::size_t at = 0; at < whole; at += 4) {
    const std::uint32_t a = base64_value(text[at]), b = base64_value(text[at + 1]);
    const std::uint32_t c = base64_value(text[at + 2]), d = base64_value(text[at + 3]);
    seen |= a | b | c | d;
    *to++ = static_cast<char>(a << 2 | b >> 4);
    *to++ = static_cast<char>(b << 4 | c >> 2);
    *to++ = static_cast<char>(c << 6 | d);
  }
  // Values of digits are below 64; only no_digit has the high bits.
  if (seen > 0x3F || !append_last_group(out, text.substr(whole))) return std::nullopt;
  return out;
}

void append_hex(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out.resize(start + 2 * bytes.size());
  char* to = out.data() + start;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    *to++ = hex_digits[byte_at(bytes, i) >> 4];
    *to++ = hex_digits[byte_at(bytes, i) & 0xF];
  }
}

std::optional<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const std::uint32_t high = hex_values[byte_at(text, at)];
    const std::uint32_t low = hex_values[byte_at(text, at + 1)];
    if ((high | low) > 0xF) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

}  // namespace mqtt_toolbox
