#include "record/format.hpp"

#include <cstdlib>
#include <cstring>
#include <ctime>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "unit/base/seed.hpp"
#include "unit/record/random_message.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;

namespace {

constexpr WallTime noon{1'770'091'506'789'012'345};  // 2026-02-03 04:05:06 UTC

/// The local time zone for as long as the test lasts.
struct Zone {
  explicit Zone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

/// A message with every property that a template can show, or with none.
struct Sample {
  PropertyList properties{PropertyPlace::publish};
  protocol::Publish message;

  explicit Sample(std::string_view payload) {
    message.topic = "a/full";
    message.payload = payload;
  }

  static Sample full(std::string_view payload = "hello world") {
    Sample sample(payload);
    sample.message.qos = protocol::Qos::at_least_once;
    sample.message.retain = true;
    sample.message.packet_identifier = 1;
    REQUIRE(sample.properties.add(PropertyId::subscription_identifier, 7));
    REQUIRE(sample.properties.add(PropertyId::content_type, "text/plain"));
    REQUIRE(sample.properties.add(PropertyId::response_topic, "re/ply"));
    REQUIRE(sample.properties.add(PropertyId::correlation_data, "c0rr"));
    REQUIRE(sample.properties.add_user_property("k1", "v1"));
    REQUIRE(sample.properties.add_user_property("k2", "v2"));
    REQUIRE(sample.properties.add(PropertyId::payload_format_indicator, 1));
    return sample;
  }

  const protocol::Publish& publish() {
    message.properties = properties.view();
    return message;
  }
};

std::string format(std::string_view text, Sample sample, Format::Options options = {}) {
  auto compiled = Format::compile(text, options);
  REQUIRE_MESSAGE(compiled, (compiled ? "" : compiled.error().text));
  std::string out;
  CHECK(compiled->append(out, sample.publish(), noon));
  return out;
}

std::string fault_of(std::string_view text) {
  const auto compiled = Format::compile(text);
  if (compiled) return "(compiled)";
  CHECK(compiled.error().code == ExitCode::usage);
  return compiled.error().text;
}

struct Case {
  const char* format;
  const char* expected;
};

}  // namespace

// The expected texts of the next two tables are what mosquitto_sub 2.0.11 printed for this message.
TEST_CASE("each conversion, as mosquitto_sub prints a message with properties") {
  static constexpr Case cases[] = {
      {"%%|%5%|", "%|%|"},
      {"%A|%5A|", "|     |"},
      {"%C|%20C|%-20C|%.4C|%10.4C|%010C",
       "text/plain|          text/plain|text/plain          |text|      text|text/plain"},
      {"%D|%20D", "c0rr|c0rr"},
      {"%E|%5E|%05E|", "|     |00000|"},
      {"%F|%5F|%05F|%-5F|", "1|    1|00001|1    |"},
      {"%l|%5l|%05l|%-5l|%-05l|%00005l|%.3l", "11|   11|00011|11   |11   |00011|11"},
      {"%m|%4m|%04m|", "1|   1|0001|"},
      {"%P|%30P|", "k1:v1 k2:v2|k1:v1 k2:v2|"},
      {"%p|%5p|%-5p|%20p|%-20p|%020p|%-020p|%.3p|",
       "hello world|hello|hello|         hello world|hello world         |000000000hello world|"
       "hello world         |hello world|"},
      {"%q|%5q|", "1|1|"},
      {"%R|%20R|%-20R|%.2R|", "re/ply|              re/ply|re/ply              |re|"},
      {"%r|%3r|", "1|1|"},
      {"%S|%4S|%04S", "7|   7|0007"},
      {"%t|%20t|%-20t|%.2t|%020t|%10.2t|%-.3t|%05.3t|%5.t|",
       "a/full|              a/full|a/full              |a/|              a/full|        a/|a/f|"
       "  a/f|     |"},
      {"%x|%X|%.2x|%030x",
       "68656c6c6f20776f726c64|68656C6C6F20776F726C64|68 65 6c 6c 6f 20 77 6f 72 6c 64|"
       "0000000068656c6c6f20776f726c64"},
      {"\\\\|\\a\\e\\n\\r\\t\\v|@@|@%|\xC3\xA9", "\\|\a\x1B\n\r\t\v|@|%|\xC3\xA9"},
      {"", ""},
  };
  for (const Case& one : cases)
    CHECK_MESSAGE(format(one.format, Sample::full()) == one.expected, one.format);
  CHECK(format("\\0", Sample::full()) == std::string(1, '\0'));
}

TEST_CASE("each conversion, as mosquitto_sub prints a message without properties") {
  static constexpr Case cases[] = {
      {"%C%R%E%F%A%D%P%S|", "|"},
      {"%5C|%5R|%5E|%5F|%5A|%5D|%5P|%05C|%-5C|%.2C|%05E|%-5F|",
       "     ||     |     |     |||     |     ||00000|     |"},
      {"%m|%4m|%04m|%q%r", "0|   0|0000|00"},
      {"%p|%5p|%x|%l", "|     ||0"},
  };
  for (const Case& one : cases)
    CHECK_MESSAGE(format(one.format, Sample("")) == one.expected, one.format);
}

TEST_CASE("hexadecimal digits: the width counts bytes, and groups have a separator") {
  CHECK(format("%.2:x|%.4 X", Sample("mem")) == "6d:65:6d|6D65 6D");
  CHECK(format("%2x|%-8x|%08x|%10.2-x", Sample("mem")) == "6d65|6d656d  |006d656d|  -  -6d-65-6d");
  CHECK(format("%.3.x|%.0:x|%:x|%-x", Sample("mem")) == "6d6.56d|6d656d|6d656d|6d656d");
}

TEST_CASE("real numbers in the machine's own form") {
  const float single = 21.5F;
  const double wide = -1.0 / 3;
  std::string four(sizeof single, '\0');
  std::string eight(sizeof wide, '\0');
  std::memcpy(four.data(), &single, sizeof single);
  std::memcpy(eight.data(), &wide, sizeof wide);
  CHECK(format("%f|%.1f|%8.2f|%-8.2f|%08.2f|", Sample(four)) ==
        "21.500000|21.5|   21.50|21.50   |00021.50|");
  CHECK(format("%d|%.2d", Sample(eight)) == "-0.333333|-0.33");
}

TEST_CASE("a payload that a conversion cannot take is reported, the rest is there") {
  for (const char* text : {"<%f>", "<%d>", "<%J>"}) {
    auto compiled = Format::compile(text);
    REQUIRE(compiled);
    std::string out = "before ";
    const Status status = compiled->append(out, Sample("no number \x1B").publish(), noon);
    CHECK(out == "before <>");
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ExitCode::io);
    CHECK(status.error().text.find("topic a/full") != std::string::npos);
  }
}

TEST_CASE("times are local") {
  const Zone zone("XYZ-1");
  CHECK(format("%I|%30I|%.4I", Sample("")) ==
        "2026-02-03T05:05:06+0100|      2026-02-03T05:05:06+0100|2026");
  CHECK(format("%U", Sample("")) == "1770091506.789012345");
  CHECK(format("@Y-@m-@dT@H:@M:@S.@N@z @Z", Sample("")) ==
        "2026-02-03T05:05:06.789012345+0100 XYZ");
  CHECK(format("@Q|@E|@\xC3\xA9", Sample("")) == "%Q|%E|%\xC3\xA9");
}

TEST_CASE("a compiled template follows the time") {
  auto compiled = Format::compile("@S.@N %I");
  REQUIRE(compiled);
  const Zone zone("UTC0");
  std::string out;
  Sample sample("");
  CHECK(compiled->append(out, sample.publish(), {1'999'999'999}));
  out += '|';
  CHECK(compiled->append(out, sample.publish(), {2'000'000'000}));
  CHECK(out == "01.999999999 1970-01-01T00:00:01+0000|02.000000000 1970-01-01T00:00:02+0000");
}

TEST_CASE("%j has the keys of mosquitto_sub 2.1") {
  const Zone zone("XYZ-1");
  CHECK(format("%j", Sample::full()) ==
        R"({"tst":"2026-02-03T05:05:06.789012+0100","topic":"a/full","qos":1,"retain":true,)"
        R"("payloadlen":11,"mid":1,"properties":{"subscription-identifier":7,)"
        R"("content-type":"text/plain","response-topic":"re/ply","correlation-data":"c0rr",)"
        R"("user-properties":[{"k1":"v1"},{"k2":"v2"}],"payload-format-indicator":1},)"
        R"("payload":"hello world"})");
  CHECK(format("%j", Sample("")) ==
        R"({"tst":"2026-02-03T05:05:06.789012+0100","topic":"a/full","qos":0,"retain":false,)"
        R"("payloadlen":0,"payload":null})");
}

TEST_CASE("%j loses nothing: NUL, bytes that are not UTF-8, several identifiers") {
  Sample sample(std::string_view("a\0b", 3));
  CHECK(format("%j", sample).find(R"("payload":"a\u0000b")") != std::string::npos);
  sample.message.payload = "\xFF";
  REQUIRE(sample.properties.add(PropertyId::subscription_identifier, 7));
  REQUIRE(sample.properties.add(PropertyId::subscription_identifier, 8));
  REQUIRE(sample.properties.add(PropertyId::correlation_data, "\xFF"));
  const std::string json = format("%j", sample);
  CHECK(json.find(R"("properties":{"subscription-identifier":[7,8],)"
                  R"("correlation-data_base64":"/w=="},"payload_base64":"/w==")") !=
        std::string::npos);
}

TEST_CASE("%J puts the payload in as a value") {
  const Zone zone("UTC0");
  CHECK(format("%J", Sample("{ \"a\": [1.50, 2] }")) ==
        R"({"tst":"2026-02-03T04:05:06.789012+0000","topic":"a/full","qos":0,"retain":false,)"
        R"("payloadlen":18,"payload":{"a":[1.50,2]}})");
  CHECK(format("%J", Sample("")).find(R"("payload":null)") != std::string::npos);
}

TEST_CASE("--pretty lays %j and %J out over several lines") {
  const Zone zone("UTC0");
  CHECK(format("<%J>", Sample("[1,2]"), {.pretty = true, .terminal = false}) ==
        "<{\n\t\"tst\":\t\"2026-02-03T04:05:06.789012+0000\",\n\t\"topic\":\t\"a/full\",\n"
        "\t\"qos\":\t0,\n\t\"retain\":\tfalse,\n\t\"payloadlen\":\t5,\n\t\"payload\":\t[1, 2]\n}>");
}

TEST_CASE("on a terminal the message's bytes are escaped, the template's are not") {
  Sample sample("\x1B[2J");
  sample.message.topic = "a/\x1B";
  REQUIRE(sample.properties.add_user_property("k\x1B", "v"));
  CHECK(format("\\e[1m%t %p %P", sample, {.pretty = false, .terminal = true}) ==
        "\x1B[1ma/\\x1b \\x1b[2J k\\x1b:v");
}

TEST_CASE("what mosquitto_sub refuses is refused with its place") {
  static constexpr Case cases[] = {
      {"%y", "invalid format specifier %y at column 1"},
      {"ab %0-5l", "invalid format specifier %0-5 at column 4"},
      {"x%5", "incomplete format specifier %5 at column 2"},
      {"%", "incomplete format specifier % at column 1"},
      {"%-", "incomplete format specifier %- at column 1"},
      {"%.", "incomplete format specifier %. at column 1"},
      {"%5.3", "incomplete format specifier %5.3 at column 1"},
      {"%:", "incomplete format specifier %: at column 1"},
      {"@", "incomplete format specifier @ at column 1"},
      {"\\", "incomplete format specifier \\ at column 1"},
      {"a\\q", "invalid escape \\q at column 2"},
      {"%\n", "invalid format specifier %\\n at column 1"},
      {"%65536l", "number over 65535 in the format specifier at column 1"},
      {"%.99999999999999999999f", "number over 65535 in the format specifier at column 1"},
  };
  for (const Case& one : cases) CHECK_MESSAGE(fault_of(one.format) == one.expected, one.format);
}

TEST_CASE("%j of random messages is JSON with the same payload") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  auto compiled = Format::compile("%j");
  REQUIRE(compiled);
  for (int i = 0; i < 3'000; ++i) {
    const RandomMessage message = random_message(random);
    std::string out;
    REQUIRE(compiled->append(out, message.publish(), noon));
    CAPTURE(out);
    const auto json = nlohmann::json::parse(out);
    REQUIRE(json["topic"] == message.topic);
    REQUIRE(json["retain"] == message.retain);
    REQUIRE(json["payloadlen"] == message.payload.size());
    if (json.contains("payload") && !json["payload"].is_null())
      REQUIRE(json["payload"] == message.payload);
  }
}
