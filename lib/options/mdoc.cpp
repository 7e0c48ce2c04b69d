#include "options/mdoc.hpp"

#include <array>
#include <charconv>

#include "options/text.hpp"

namespace mqtt_toolbox::options {
namespace {

constexpr std::size_t line_bytes = 78;

/// The code point at `at`, which is moved behind it. The texts are our own, hence well-formed.
char32_t take_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t point = lead & (0x3F >> more);
  for (; more > 0 && at < text.size(); --more)
    point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
  return point;
}

void append_code_point(std::string& out, char32_t point) {
  std::array<char, 8> digits{};
  const auto end =
      std::to_chars(digits.begin(), digits.end(), static_cast<unsigned>(point), 16).ptr;
  std::string hex(digits.begin(), end);
  for (char& digit : hex)
    if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
  out += "\\[u" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex + ']';
}

void append_escaped(std::string& out, char letter, bool dashes) {
  switch (letter) {
    case '\\': out += "\\e"; break;
    case '~': out += "\\(ti"; break;
    case '^': out += "\\(ha"; break;
    case '`': out += "\\(ga"; break;
    case '\'': out += "\\(aq"; break;
    case '-': out += dashes ? "\\-" : "-"; break;
    default: out += letter;
  }
}

/// Whether the dashes of a word are those of an option or a command's name.
bool has_option_dashes(std::string_view word) {
  const std::size_t start = word.find_first_not_of("([\"");
  return start != std::string_view::npos && word[start] == '-';
}

std::string escape_word(std::string_view word, bool dashes) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    if (static_cast<unsigned char>(word[at]) < 0x80)
      append_escaped(out, word[at++], dashes);
    else
      append_code_point(out, take_code_point(word, at));
  }
  return out;
}

bool ends_sentence(std::string_view word) {
  while (word.ends_with(')') || word.ends_with('"')) word.remove_suffix(1);
  return word.ends_with('.') || word.ends_with('?') || word.ends_with('!');
}

/// Macros have two or three letters, the first of which is a capital or a percent sign.
bool may_be_macro(std::string_view word) {
  if (word.size() < 2 || word.size() > 3) return false;
  return word[0] == '%' || (word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'a' && word[1] <= 'z');
}

/// A line that starts with a dot or an apostrophe is a request to troff.
void append_line(std::string& out, std::string& line) {
  if (line.empty()) return;
  if (line[0] == '.' || line[0] == '\'') out += "\\&";
  out += line + '\n';
  line.clear();
}

}  // namespace

std::string mdoc_escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (may_be_macro(word)) out += "\\&";
    out += escape_word(word, has_option_dashes(word));
    text.remove_prefix(word.size());
    if (text.empty()) break;
    out += ' ';
    text.remove_prefix(1);
  }
  return out;
}

void append_mdoc_text(std::string& out, std::string_view text) {
  std::string line;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find_first_of(" \n"));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.empty()) continue;
    const std::string escaped = escape_word(word, has_option_dashes(word));
    if (line.size() + 1 + escaped.size() > line_bytes) append_line(out, line);
    if (!line.empty()) line += ' ';
    line += escaped;
    if (ends_sentence(word)) append_line(out, line);
  }
  append_line(out, line);
}

void append_mdoc_literal(std::string& out, std::string_view text) {
  out += ".Bd -literal -offset indent\n";
  for (std::string_view row : lines(text)) {
    std::string line = escape_word(row, true);
    append_line(out, line);
  }
  out += ".Ed\n";
}

}  // namespace mqtt_toolbox::options
