#include "record/json_text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "unit/base/seed.hpp"
#include "unit/record/random_message.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

std::string string_of(std::string_view bytes) {
  std::string out;
  append_json_string(out, bytes);
  return out;
}

bool has_control_character(std::string_view json) {
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && static_cast<unsigned char>(json[i + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("short escapes, other controls, and what needs none") {
  CHECK(string_of("") == R"("")");
  CHECK(string_of("plain") == R"("plain")");
  CHECK(string_of("\"\\/\b\f\n\r\t") == R"("\"\\/\b\f\n\r\t")");
  CHECK(string_of(std::string_view("a\0b", 3)) == R"("a\u0000b")");
  CHECK(string_of("\x1B\x7F\xC2\x9B") == R"("\u001b\u007f\u009b")");
  CHECK(string_of("\xC2\xA0gr\xC3\xBC\xC3\x9F") == "\"\xC2\xA0gr\xC3\xBC\xC3\x9F\"");
}

TEST_CASE("each byte at each place of a word is escaped or kept, as the oracle reads it") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      std::string out = "before";
      const bool added = append_json_string_if_utf8(out, text);
      CAPTURE(byte);
      REQUIRE(added == (byte < 0x80));
      if (!added) {
        REQUIRE(out == "before");
        continue;
      }
      const std::string json = out.substr(6);
      REQUIRE_FALSE(has_control_character(json));
      REQUIRE(nlohmann::json::parse(json).get<std::string>() == text);
    }
  }
}

TEST_CASE("random UTF-8 comes back, and is safe on a terminal") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_utf8(random, 60, true);
    const std::string json = string_of(text);
    REQUIRE_FALSE(has_control_character(json));
    REQUIRE(nlohmann::json::parse(json).get<std::string>() == text);
  }
}

TEST_CASE("random bytes are taken exactly when they are UTF-8, and are replaced else") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = random_utf8(random, 20, true);
    if (!bytes.empty()) bytes[random() % bytes.size()] = static_cast<char>(random());
    std::string out;
    REQUIRE(append_json_string_if_utf8(out, bytes) == is_utf8(bytes));
    REQUIRE(nlohmann::json::accept(string_of(bytes)));
  }
  CHECK(string_of("a\xFF\xC3") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("bytes get the key that says how they are shown") {
  std::string out;
  append_bytes(out, "payload", "ok");
  append_bytes(out, "payload", "\xFF");
  append_as_hex(out, "payload", "\x01\xFF");
  append_number(out, "n", 12);
  append_boolean(out, "b", true);
  CHECK(out == R"(,"payload":"ok","payload_base64":"/w==","payload_hex":"01ff","n":12,"b":true)");
}
