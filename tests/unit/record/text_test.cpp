#include "record/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "unit/base/seed.hpp"
#include "unit/record/random_message.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;

namespace {

std::string text_of(std::string_view payload, const TextOptions& options) {
  protocol::Publish message;
  message.topic = "a/\x1B";
  message.payload = payload;
  std::string out;
  append_text(out, message, options);
  return out;
}

std::string pretty(std::string_view json) {
  std::string out;
  append_pretty_json(out, json);
  return out;
}

}  // namespace

TEST_CASE("payload, topic and newline as mosquitto_sub prints them") {
  CHECK(text_of("x", {}) == "x\n");
  CHECK(text_of("x", {.newline = false}) == "x");
  CHECK(text_of("x y", {.topic = true}) == "a/\x1B x y\n");
  CHECK(text_of("x", {.topic = true, .newline = false}) == "a/\x1B x");
  CHECK(text_of("", {}) == "");
  CHECK(text_of("", {.topic = true}) == "a/\x1B (null)\n");
  CHECK(text_of("", {.topic = true, .newline = false}) == "");
  CHECK(text_of(std::string_view("a\0\xFF\n", 4), {}) == std::string("a\0\xFF\n\n", 5));
}

TEST_CASE("other forms of the payload") {
  CHECK(text_of("a\xFF", {.payload = PayloadForm::hex}) == "61ff\n");
  CHECK(text_of("a\xFF", {.payload = PayloadForm::base64}) == "Yf8=\n");
  CHECK(text_of("a", {.topic = true, .payload = PayloadForm::none}) == "a/\x1B\n");
  CHECK(text_of("a", {.payload = PayloadForm::text}) == "a\n");
}

TEST_CASE("a terminal gets no control characters") {
  CHECK(text_of("\x1B[2J\xFF", {.topic = true, .terminal = true}) == "a/\\x1b \\x1b[2J\\xff\n");
  CHECK(text_of("", {.topic = true, .terminal = true}) == "a/\\x1b (null)\n");
}

TEST_CASE("JSON over several lines, as mosquitto_sub --pretty lays it out") {
  CHECK(pretty(R"({"a":1,"b":[1,2,{"c":3},[]],"d":{},"e":"x\"{,:"})") ==
        "{\n\t\"a\":\t1,\n\t\"b\":\t[1, 2, {\n\t\t\t\"c\":\t3\n\t\t}, []],\n\t\"d\":\t{\n\t},\n"
        "\t\"e\":\t\"x\\\"{,:\"\n}");
  CHECK(pretty("{ \"a\" : true }\n") == "{\n\t\"a\":\ttrue\n}\n");
  CHECK(pretty("\"x\"") == "\"x\"");
}

TEST_CASE("pretty JSON means what the compact one means") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int i = 0; i < 1'000; ++i) {
    nlohmann::json document;
    for (int j = 0; j < 3; ++j)
      document[random_utf8(random, 6, true)] = {random_utf8(random, 9, true),
                                                random() % 1000,
                                                {{"k", nlohmann::json::object()}},
                                                nlohmann::json::array()};
    REQUIRE(nlohmann::json::parse(pretty(document.dump())) == document);
  }
}
