#pragma once

#include <string_view>

namespace mqtt_toolbox {

/// The text of a file without the mark that editors of other systems put in front of UTF-8.
inline std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

}  // namespace mqtt_toolbox
