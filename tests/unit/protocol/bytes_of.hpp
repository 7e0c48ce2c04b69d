#pragma once

#include <string>
#include <string_view>

#include "base/base64.hpp"

namespace mqtt_toolbox::protocol {

/// Bytes written in hexadecimal with spaces to read them by.
inline std::string bytes_of(std::string_view spaced_hex) {
  std::string digits;
  for (const char c : spaced_hex)
    if (c != ' ') digits += c;
  return decode_hex(digits).value();
}

}  // namespace mqtt_toolbox::protocol
