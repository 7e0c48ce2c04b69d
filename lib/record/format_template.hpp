#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mqtt_toolbox::record {

/// One piece of a `-F` template.
struct FormatPiece {
  enum class Kind { literal, conversion, time, nanosecond };

  Kind kind = Kind::literal;
  std::string text{};     ///< literal: the bytes; time: the strftime pattern
  char letter = 0;        ///< conversion: what follows % and its options
  std::size_t width = 0;  ///< conversion: 0 is none
  int precision = -1;     ///< conversion: -1 is none
  char pad = ' ';         ///< conversion: '0' after the flag 0
  bool left = false;      ///< conversion: the flag -
  char separator = ' ';   ///< conversion: between groups of `precision` hexadecimal digits
};

/// Takes a template apart by mosquitto_sub's grammar; `letters` are the conversions that there are.
/// ExitCode::usage with the column for what mosquitto_sub refuses, and for numbers over 65,535.
Result<std::vector<FormatPiece>> parse_format(std::string_view text, std::string_view letters);

}  // namespace mqtt_toolbox::record
