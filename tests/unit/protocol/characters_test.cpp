#include "protocol/characters.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox::protocol;

namespace {

std::string found(Bytes text) {
  const auto risky = find_risky_character(text);
  return risky ? describe_risky_character(*risky) : "";
}

}  // namespace

TEST_CASE("characters for which a connection may be closed") {
  CHECK(found("") == "");
  CHECK(found("a/b c~") == "");
  CHECK(found("gr\xC3\xBC\xC3\x9F\xE2\x82\xAC\xF0\x9F\x98\x80") == "");
  CHECK(found("a\nb") == "the control character U+000A");
  CHECK(found(Bytes("a\0b", 3)) == "the control character U+0000");
  CHECK(found("\x1F") == "the control character U+001F");
  CHECK(found("\x7F") == "the control character U+007F");
  CHECK(found("\xC2\x80") == "the control character U+0080");
  CHECK(found("\xC2\x9F") == "the control character U+009F");
  CHECK(found("\xC2\xA0") == "");
  CHECK(found("\xEF\xB7\x90") == "the non-character U+FDD0");
  CHECK(found("\xEF\xB7\xAF") == "the non-character U+FDEF");
  CHECK(found("\xEF\xB7\xB0") == "");
  CHECK(found("\xEF\xBF\xBD") == "");
  CHECK(found("\xEF\xBF\xBF") == "the non-character U+FFFF");
  CHECK(found("\xF0\x9F\xBF\xBE") == "the non-character U+1FFFE");
  CHECK(found("\xF4\x8F\xBF\xBF") == "the non-character U+10FFFF");
}

TEST_CASE("properties: text and names, not binary data") {
  PropertyList list(PropertyPlace::publish);
  REQUIRE(list.add(PropertyId::correlation_data, Bytes("\n")).has_value());
  REQUIRE(list.add(PropertyId::content_type, Bytes("text")).has_value());
  CHECK_FALSE(find_risky_property(list.view()).has_value());
  REQUIRE(list.add_user_property("k\t", "v").has_value());
  const auto risky = find_risky_property(list.view());
  REQUIRE(risky.has_value());
  CHECK(risky->id == PropertyId::user_property);
  CHECK(risky->character == U'\t');
}
