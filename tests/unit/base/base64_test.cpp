#include "base/base64.hpp"

#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "unit/base/seed.hpp"

namespace mqtt_toolbox {
namespace {

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

TEST_CASE("base64 agrees with the vectors of RFC 4648") {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors{
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xFF\xFE\xFD", "//79"},
      {"\xFB\xEF\xBE", "++++"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64(bytes) == text);
    CHECK(decode_base64(text) == std::string(bytes));
  }
}

TEST_CASE("append_base64 appends") {
  std::string out = "x:";
  append_base64(out, "foob");
  CHECK(out == "x:Zm9vYg==");
}

TEST_CASE("decode_base64 is strict") {
  for (const auto* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm 9", "Zm9v\n", "Zm-v", "Zm_v",
        "=g==", "Z===", "====", "Zg=A", "\xFFm9v", "Zm9v*m9v", "Zm9vZm9v=m9v"})
    CHECK_MESSAGE(decode_base64(text) == std::nullopt, text);
}

TEST_CASE("base64 and hexadecimal give back any bytes") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = random_bytes(random, size);
    REQUIRE(decode_base64(base64(bytes)) == bytes);
    REQUIRE(decode_hex(hex(bytes)) == bytes);
  }
}

TEST_CASE("a base64 text that decodes is the one that encodes") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (int i = 0; i < 8; ++i) text += "AQgwZm9v/+=B"[random() % 12];
    const auto bytes = decode_base64(text);
    if (bytes) REQUIRE(base64(*bytes) == text);
  }
}

TEST_CASE("hexadecimal") {
  CHECK(hex("") == "");
  CHECK(hex("\x01\xAB\xFF") == "01abff");
  CHECK(decode_hex("01abFF") == "\x01\xAB\xFF");
  CHECK(decode_hex("") == "");
  for (const auto* text : {"0", "0g", "g0", "0x01", "01 02", "01:02"})
    CHECK_MESSAGE(decode_hex(text) == std::nullopt, text);
}

}  // namespace
}  // namespace mqtt_toolbox
