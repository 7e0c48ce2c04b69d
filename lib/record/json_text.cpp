#include "record/json_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
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
enum class Text { ascii, utf8 };

/// The highest bit of each byte that interrupts. The lowest flag of each test is exact: only above
/// a true one can there be a false one.
template <Text Kind>
inline std::uint64_t interrupting_flags(std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  const std::uint64_t beyond = Kind == Text::ascii ? word & highs : has_byte(word, 0xC2);
  return has_below_space(word) | has_byte(word, '"') | has_byte(word, '\\') | has_byte(word, 0x7F) |
         beyond;
}

/// The first eight bytes; where there are fewer, plain ones behind them.
std::uint64_t front_word(std::string_view bytes) {
  std::uint64_t word = ones * 'x';
  if (bytes.size() >= sizeof word) {
    std::memcpy(&word, bytes.data(), sizeof word);
  } else {
    std::memcpy(&word, bytes.data(), bytes.size());
  }
  return word;
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

struct Escape {
  char text[8];
  std::size_t size;
};

constexpr Escape escape_of(std::uint8_t character) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (const char letter = short_escape(character); letter != 0) return {{'\\', letter}, 2};
  return {{'\\', 'u', '0', '0', digits[character >> 4], digits[character & 15]}, 6};
}

/// For the characters that are ever escaped, the last of which is the end of C1.
constexpr auto escapes = [] {
  std::array<Escape, 0xA0> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = escape_of(static_cast<std::uint8_t>(i));
  return table;
}();

/// Collects pieces of a few bytes, for which appending one by one to a string is slow.
class Collector {
 public:
  explicit Collector(std::string& out) : out_(out) {}
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() { flush(); }

  /// The first `size` bytes of a word. Copying all of it costs less than copying some.
  void add(std::uint64_t word, std::size_t size) {
    if (end_ + sizeof word > sizeof buffer_) flush();
    std::memcpy(buffer_ + end_, &word, sizeof word);
    end_ += size;
  }

  void add_escape(std::uint8_t character) {
    const Escape& escape = escapes[character];
    std::uint64_t word = 0;
    std::memcpy(&word, escape.text, sizeof word);
    add(word, escape.size);
  }

 private:
  void flush() {
    out_.append(buffer_, end_);
    end_ = 0;
  }

  std::string& out_;
  char buffer_[256];
  std::size_t end_ = 0;
};

/// Takes a C1 control character, or another that begins with the same byte, off the front.
void add_two_byte_character(Collector& collector, std::string_view& rest) {
  const auto second = static_cast<std::uint8_t>(rest[1]);
  if (second < 0xA0) {
    collector.add_escape(second);
  } else {
    collector.add(front_word(rest), 2);
  }
  rest.remove_prefix(2);
}

template <Text Kind>
void append_plain(std::string& out, std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && interrupting_flags<Kind>(front_word(rest.substr(size))) == 0)
    size += sizeof(std::uint64_t);
  size = std::min(size, rest.size());
  out.append(rest.data(), size);
  rest.remove_prefix(size);
}

/// Where something interrupts. Takes bytes off `rest` up to its end or, in ASCII, to the first byte
/// that is none.
template <Text Kind>
void append_interrupted(std::string& out, std::string_view& rest) {
  Collector collector(out);
  while (!rest.empty()) {
    const std::uint64_t word = front_word(rest);
    const std::uint64_t flags = interrupting_flags<Kind>(word);
    if (flags == 0) {  // a branch, so that the next word need not wait for the count below
      const std::size_t size = std::min(sizeof word, rest.size());
      collector.add(word, size);
      rest.remove_prefix(size);
      continue;
    }
    const std::size_t plain = static_cast<std::size_t>(std::countr_zero(flags)) / 8;
    collector.add(word, plain);
    rest.remove_prefix(plain);
    const auto interrupting = static_cast<std::uint8_t>(rest[0]);
    if (interrupting < 0x80) {
      collector.add_escape(interrupting);
      rest.remove_prefix(1);
    } else if (Kind == Text::utf8) {
      add_two_byte_character(collector, rest);
    } else {
      return;
    }
  }
}

/// The same for any bytes.
template <Text Kind>
void append_escaped(std::string& out, std::string_view& rest) {
  append_plain<Kind>(out, rest);
  if (!rest.empty()) append_interrupted<Kind>(out, rest);
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
  append_escaped<Text::ascii>(out, bytes);
  if (!bytes.empty()) {
    if (!is_utf8(bytes)) {
      out.resize(start);
      return false;
    }
    append_escaped<Text::utf8>(out, bytes);
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
