#include "report/markup.hpp"

#include "base/utf8.hpp"

namespace mqtt_toolbox::report {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How many bytes the UTF-8 character at the front has; 0 when it is none.
std::size_t character_length(std::string_view rest) {
  for (std::size_t length = 1; length <= 4 && length <= rest.size(); ++length)
    if (is_utf8(rest.substr(0, length))) return length;
  return 0;
}

std::string_view entity(char character) {
  switch (character) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool control = first < 0x20 || first == 0x7F;
    if (length == 0 || control) {
      out += replacement;
    } else if (const auto special = entity(text[0]); !special.empty()) {
      out += special;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

}  // namespace mqtt_toolbox::report
