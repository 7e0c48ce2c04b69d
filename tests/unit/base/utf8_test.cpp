#include "base/utf8.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/direction.hpp"
#include "unit/base/seed.hpp"

namespace mqtt_toolbox {
namespace {

using namespace std::string_literals;

void append_code_point(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)),
      put(0x80 | (c & 0x3F));
}

/// Decodes by arithmetic instead of ranges: the independent model.
bool model_is_utf8(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto lead = static_cast<std::uint8_t>(bytes[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : 4;
    if (length == 4 && lead >> 3 != 30) return false;
    if (at + length > bytes.size()) return false;
    std::uint32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<std::uint8_t>(bytes[at + i]);
      if (next >> 6 != 2) return false;
      c = c << 6 | (next & 0x3F);
    }
    std::string shortest;
    append_code_point(shortest, c);
    if (shortest.size() != length || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return false;
    at += length;
  }
  return true;
}

TEST_CASE("is_utf8 knows the edges of RFC 3629") {
  for (const auto& text : {""s, "a"s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s,
                           "\xED\x9F\xBF"s, "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s,
                           "\xF4\x8F\xBF\xBF"s, "abcdefgh\xC3\xA9 and more than eight"s})
    CHECK(is_utf8(text));
  for (const auto& text : {"\x80"s,
                           "\xBF"s,
                           "\xC0\x80"s,
                           "\xC1\xBF"s,
                           "\xC2"s,
                           "\xC2\x7F"s,
                           "\xC2\xC0"s,
                           "\xE0\x9F\xBF"s,
                           "\xE1\x80"s,
                           "\xED\xA0\x80"s,
                           "\xED\xBF\xBF"s,
                           "\xF0\x8F\xBF\xBF"s,
                           "\xF4\x90\x80\x80"s,
                           "\xF5\x80\x80\x80"s,
                           "\xFE"s,
                           "\xFF"s,
                           "abcdefgh\x80"s,
                           "abcdefghi\xE2\x82"s,
                           "\xE2\x82\x41"s,
                           "\xF0\x9F\x98"s})
    CHECK_FALSE(is_utf8(text));
}

TEST_CASE("is_utf8 finds a bad byte at every offset of a long text") {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    CHECK(is_utf8(text));
    text[at] = '\xFF';
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("is_utf8 accepts every character, and agrees with a model on random bytes") {
  for (std::uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 61) {
    std::string text;
    append_code_point(text, c);
    REQUIRE(is_utf8(text) == (c < 0xD800 || c > 0xDFFF));
  }
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (auto n = random() % 6; n > 0; --n)
      if (random() % 2 == 0) {
        append_code_point(text, static_cast<std::uint32_t>(random() % 0x110000));
      } else {
        text.push_back(static_cast<char>(0x80 | random()));
      }
    REQUIRE(is_utf8(text) == model_is_utf8(text));
  }
}

TEST_CASE("printable escapes what a terminal would obey, and only that") {
  const std::vector<std::pair<std::string, std::string_view>> cases{
      {"plain text", "plain text"},
      {"a\nb\tc\rd", "a\\nb\\tc\\x0dd"},
      {"\x1b[31m", "\\x1b[31m"},
      {"\0"s, "\\x00"},
      {"\x7F", "\\x7f"},
      {"\xC2\x85\xC2\x9B", "\\u{85}\\u{9b}"},
      {"\xC2\xA0", "\xC2\xA0"},
      {"a\xE2\x80\xAE"
       "b\xE2\x81\xA9",
       "a\\u{202e}b\\u{2069}"},
      {"\xD8\x9C\xE2\x80\x8E\xE2\x80\x8F", "\\u{61c}\\u{200e}\\u{200f}"},
      {"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", "\\u{2028}\\u{2029}\\u{202a}"},
      {"\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5", "\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5"},
      {"Gr\xC3\xBC\xC3\x9F", "Gr\xC3\xBC\xC3\x9F"},
      {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
      {"\xFF\xC3", "\\xff\\xc3"},
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},
      {"back\\slash", "back\\slash"}};
  for (const auto& [bytes, shown] : cases) CHECK(printable(bytes) == shown);
}

TEST_CASE("printable cuts at its limit, but never within a character") {
  CHECK(printable("abcdef", 6) == "abcdef");
  CHECK(printable("abcdef", 5) == "abcde...");
  CHECK(printable("abcdef", 0) == "...");
  CHECK(printable("ab\xC3\xA9z", 3) == "ab...");
  CHECK(printable("ab\xC3\xA9z", 4) == "ab\xC3\xA9...");
  CHECK(printable("\xF0\x9F\x98\x80z", 3) == "...");
  CHECK(printable("\xF0\x9F\x98\x80z", 1) == "...");
  CHECK(printable("ab\xFF\xFFz", 3) == "ab\\xff...");
}

TEST_CASE("direction controls become escapes of JSON, and nothing else does") {
  std::string text = "\xE2\x80\xAE{\"a\":\"x\xE2\x80\xAEy\xD8\x9C\xE2\x80\xA8\xC3\xBC\n\xFF\"}";
  escape_direction_controls(text, 3);
  CHECK(text == "\xE2\x80\xAE{\"a\":\"x\\u202ey\\u061c\\u2028\xC3\xBC\n\xFF\"}");
}

TEST_CASE("append_for_terminal keeps newline and tab") {
  std::string out = ">";
  append_for_terminal(out, "a\n\tb\x1b\x07\xC2\x9B");
  CHECK(out == ">a\n\tb\\x1b\\x07\\u{9b}");
}

TEST_CASE("nothing that printable returns can steer a terminal") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 20, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string shown = printable(bytes, random() % 24);
    CHECK(is_utf8(shown));
    for (const char c : shown) CHECK((static_cast<std::uint8_t>(c) >= 0x20 && c != '\x7F'));
  }
}

}  // namespace
}  // namespace mqtt_toolbox
