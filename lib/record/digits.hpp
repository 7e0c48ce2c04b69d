#pragma once

#include <charconv>
#include <cstdint>
#include <string>

/// Numbers as decimal text where formatting libraries would be the larger part of a line's cost.
namespace mqtt_toolbox::record {

/// `value` below 100.
inline void write_two_digits(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

/// `value` below 1,000,000.
inline void write_six_digits(char* to, std::uint32_t value) {
  write_two_digits(to, value / 10'000);
  write_two_digits(to + 2, value / 100 % 100);
  write_two_digits(to + 4, value % 100);
}

inline void append_digits(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace mqtt_toolbox::record
