#include "record/json_value.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "unit/base/seed.hpp"
#include "unit/record/random_message.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

std::string compact(std::string_view json) {
  std::string out;
  append_compact_json(out, json);
  return out;
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("what is JSON") {
  for (const char* text :
       {"null", "1", "-1.5e3", "\"x\"", "[]", " {\"a\" : [1, {}]} \n", "[\"\\ud83d\\ude00\"]"})
    CHECK_MESSAGE(is_json(text), text);
  for (const char* text : {"", " ", "nul", "01", "{a:1}", "[1,]", "1 2", "\"\xFF\"", "\"\\ud800\"",
                           "\"\n\"", "\xEF\xBB\xBF{}", "1e999", "NaN", "// c\n1"})
    CHECK_MESSAGE(!is_json(text), text);
}

TEST_CASE("a NUL is no end of JSON") {
  CHECK_FALSE(is_json(std::string_view("1\0", 2)));
  CHECK_FALSE(is_json(std::string_view("1\0x", 3)));
  CHECK_FALSE(is_json(std::string_view("\"a\0b\"", 5)));
}

TEST_CASE("nesting is bounded") {
  CHECK(is_json(nested(maximum_json_depth)));
  CHECK_FALSE(is_json(nested(maximum_json_depth + 1)));
}

TEST_CASE("only white space between tokens goes; numbers and strings stay as they came") {
  CHECK(compact(
            "{ \"a b\" :\t[ 1.10 , 12345678901234567890123 ] ,\r\n\"q\\\" x\" : \"\\u0041 \" }") ==
        R"({"a b":[1.10,12345678901234567890123],"q\" x":"\u0041 "})");
}

TEST_CASE("random documents, indented and made compact, are what the oracle makes of them") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int i = 0; i < 2'000; ++i) {
    nlohmann::json document;
    for (int j = 0; j < 4; ++j)
      document[random_utf8(random, 6, true)] = {random_utf8(random, 9, true), random() % 1000,
                                                nullptr, nlohmann::json::object(),
                                                nlohmann::json::array()};
    REQUIRE(is_json(document.dump(2)));
    REQUIRE(compact(document.dump(2)) == document.dump());
  }
}
