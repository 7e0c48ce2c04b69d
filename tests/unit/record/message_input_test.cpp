#include "record/message_input.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "record/format_json.hpp"
#include "record/json_value.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;

namespace {

MessageDefaults with_topic() {
  MessageDefaults defaults;
  defaults.topic = "default";
  return defaults;
}

InputMessage message_of(std::string_view line, const MessageDefaults& defaults = with_topic()) {
  auto parsed = parse_message(line, defaults);
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().text));
  return std::move(*parsed);
}

std::string fault_of(std::string_view line, const MessageDefaults& defaults = with_topic()) {
  const auto parsed = parse_message(line, defaults);
  if (parsed) return "(a message)";
  CHECK(parsed.error().code == ExitCode::io);
  return parsed.error().text;
}

std::string payload_of(const std::string& value) {
  return message_of("{\"payload\":" + value + "}").payload;
}

std::string user_properties_of(const InputMessage& message) {
  std::string text;
  for (const protocol::Property& property : message.properties.view())
    if (property.id == PropertyId::user_property) {
      text += property.key;
      text += '=';
      text += property.text;
      text += ';';
    }
  return text;
}

}  // namespace

TEST_CASE("every key of a line") {
  const InputMessage message = message_of(
      R"({"topic":"a/b","qos":2,"retain":true,"payload":"x","id":"n1","payload_format_indicator":1,)"
      R"("message_expiry_interval_s":3600,"content_type":"text/plain","response_topic":"r",)"
      R"("correlation_data_base64":"/w==","user_properties":[["k","1"],["k","2"]]})");
  CHECK(message.topic == "a/b");
  CHECK(message.qos == protocol::Qos::exactly_once);
  CHECK(message.retain);
  CHECK(message.payload == "x");
  CHECK(message.id == "n1");
  const protocol::Properties properties = message.properties.view();
  CHECK(properties.number(PropertyId::payload_format_indicator) == 1);
  CHECK(properties.number(PropertyId::message_expiry_interval) == 3600);
  CHECK(properties.text(PropertyId::content_type) == "text/plain");
  CHECK(properties.text(PropertyId::response_topic) == "r");
  CHECK(properties.text(PropertyId::correlation_data) == "\xFF");
  CHECK(user_properties_of(message) == "k=1;k=2;");
  CHECK(message.publish().payload == "x");
  CHECK(message.publish().properties == properties);
}

TEST_CASE("the payload as string, base64, hexadecimal or JSON value") {
  CHECK(payload_of("\"a\\u0000b\"") == std::string("a\0b", 3));
  CHECK(payload_of("null").empty());
  CHECK(payload_of("true") == "true");
  CHECK(payload_of("-17") == "-17");
  CHECK(payload_of("21.50") == "21.50");
  CHECK(payload_of("18446744073709551616") == "18446744073709551616");
  CHECK(payload_of("[]") == "[]");
  CHECK(payload_of(R"({ "b" : [ 1 , 2.0 , {"c":null} , [] ], "a" : "x\ny" })") ==
        R"({"b":[1,2.0,{"c":null},[]],"a":"x\ny"})");
  CHECK(message_of(R"({"payload_base64":"AP8="})").payload == std::string("\0\xFF", 2));
  CHECK(message_of(R"({"payload_hex":"00fF"})").payload == std::string("\0\xFF", 2));
}

TEST_CASE("user properties may be an object") {
  CHECK(user_properties_of(message_of(R"({"payload":null,"user_properties":{"k":"v","l":"w"}})")) ==
        "k=v;l=w;");
  CHECK(user_properties_of(
            message_of(R"({"payload":null,"user_properties":[{"k":"v"},{"l":"w","m":"x"}]})")) ==
        "k=v;l=w;m=x;");
}

TEST_CASE("what the line leaves out comes from the defaults, property by property") {
  MessageDefaults defaults = with_topic();
  defaults.qos = protocol::Qos::at_least_once;
  defaults.retain = true;
  REQUIRE(defaults.properties.add(PropertyId::content_type, "a"));
  REQUIRE(defaults.properties.add(PropertyId::response_topic, "r"));
  REQUIRE(defaults.properties.add_user_property("d", "1"));
  const InputMessage plain = message_of(R"({"payload":"x"})", defaults);
  CHECK(plain.topic == "default");
  CHECK(plain.qos == protocol::Qos::at_least_once);
  CHECK(plain.retain);
  CHECK(plain.properties.view() == defaults.properties.view());
  const InputMessage own = message_of(
      R"({"payload":"x","qos":0,"retain":false,"content_type":"b","user_properties":[]})",
      defaults);
  CHECK(own.qos == protocol::Qos::at_most_once);
  CHECK_FALSE(own.retain);
  CHECK(own.properties.view().text(PropertyId::content_type) == "b");
  CHECK(own.properties.view().text(PropertyId::response_topic) == "r");
  CHECK(user_properties_of(own).empty());
}

TEST_CASE("keys of our own lines that a publish does not need are ignored") {
  CHECK(message_of(R"({"type":"message","time":"x","dup":true,"packet_identifier":7,)"
                   R"("payload_length":1,"topic_alias":3,"subscription_identifiers":[1,2],)"
                   R"("payload":"x"})")
            .payload == "x");
}

TEST_CASE("a line of another type is wrong, wherever the type stands") {
  const std::string fault =
      R"(type: "reading" is not "message"; JSON of another kind belongs in payload)";
  CHECK(fault_of(R"({"type":"reading","payload":"x"})") == fault);
  CHECK(fault_of(R"({"type":"reading","temp":21.5})") == fault);
  CHECK(fault_of(R"({"temp":[1,{"a":2}],"qos":9,"type":"reading"})") == fault);
  CHECK(fault_of(R"({"type":"published","latency_us":5,"reason":"Success"})").substr(0, 6) ==
        "type: ");
  CHECK(fault_of(R"({"type":"published")").substr(0, 8) == "not JSON");
}

TEST_CASE("an error knows the topic that the line is about") {
  const auto topic_of = [](std::string_view line, const MessageDefaults& defaults) {
    const auto parsed = parse_message(line, defaults);
    return parsed ? "(a message)" : parsed.error().topic;
  };
  CHECK(topic_of(R"({"qos":3,"topic":"a/b"})", with_topic()) == "a/b");
  CHECK(topic_of(R"({"type":"reading","topic":"a/b"})", {}) == "a/b");
  CHECK(topic_of(R"({"qos":3})", with_topic()) == "default");
  CHECK(topic_of(R"({"topic":"a+","payload":"x"})", with_topic()) == "a+");
  CHECK(topic_of(R"({"topic":"a","topic":"b"})", with_topic()) == "a");
  CHECK(topic_of(R"({"topic":"a\u0000b"})", with_topic()) == std::string("a\0b", 3));
  CHECK(topic_of(R"({"topic":"a")", with_topic()) == "a");
  for (const char* none : {R"({"topic":""})", R"({"topic":7})", R"({"topic":null})",
                           R"({"topic":["a"]})", R"({"topic":{"a":"b"}})", "{", "text"})
    CHECK(topic_of(none, with_topic()).empty());
}

TEST_CASE("lines that mosquitto_sub 2.0 writes for %j and %J") {
  const InputMessage message = message_of(
      R"({"tst":"2026-11-30T02:03:24.970451Z+0000","topic":"a","qos":1,"retain":1,"payloadlen":10,)"
      R"("mid":1,"properties":{"user-properties":{"k":"1","k":"2","l":"3"},"content-type":"text",)"
      R"("correlation-data":"cd","response-topic":"r","payload-format-indicator":1,)"
      R"("message-expiry-interval":60,"topic-alias":3,"subscription-identifier":4},)"
      R"("payload":"{\"x\":1.50}"})");
  CHECK(message.topic == "a");
  CHECK(message.qos == protocol::Qos::at_least_once);
  CHECK(message.retain);
  CHECK(message.payload == "{\"x\":1.50}");
  CHECK(user_properties_of(message) == "k=1;k=2;l=3;");
  const protocol::Properties properties = message.properties.view();
  CHECK(properties.text(PropertyId::content_type) == "text");
  CHECK(properties.text(PropertyId::correlation_data) == "cd");
  CHECK(properties.text(PropertyId::response_topic) == "r");
  CHECK(properties.number(PropertyId::payload_format_indicator) == 1);
  CHECK(properties.number(PropertyId::message_expiry_interval) == 60);
  CHECK_FALSE(properties.number(PropertyId::topic_alias).has_value());
  const InputMessage empty = message_of(
      R"({"tst":"2026-11-30T02:03:24.977003Z+0000","topic":"a","qos":0,"retain":0,"payloadlen":0,)"
      R"("payload":null})");
  CHECK_FALSE(empty.retain);
  CHECK(empty.payload.empty());
  CHECK(
      message_of(R"({"topic":"a","retain":false,"payloadlen":10,"payload":{"x":1.50}})").payload ==
      R"({"x":1.50})");
}

TEST_CASE("lines that mqtt-sub and mosquitto_sub 2.1 write for %j keep everything") {
  PropertyList properties(PropertyPlace::publish);
  REQUIRE(properties.add(PropertyId::content_type, "text"));
  REQUIRE(properties.add(PropertyId::correlation_data, "\xFF"));
  REQUIRE(properties.add_user_property("k", "1"));
  REQUIRE(properties.add(PropertyId::subscription_identifier, 3));
  REQUIRE(properties.add(PropertyId::subscription_identifier, 4));
  REQUIRE(properties.add_user_property("k", "2"));
  protocol::Publish publish;
  publish.topic = "a/b";
  publish.payload = "\xFE";
  publish.retain = true;
  publish.qos = protocol::Qos::exactly_once;
  publish.packet_identifier = 9;
  publish.properties = properties.view();
  std::string line;
  FormatJson().append_escaped(line, publish, {});
  const InputMessage message = message_of(line);
  CHECK(message.topic == "a/b");
  CHECK(message.payload == "\xFE");
  CHECK(message.retain);
  CHECK(message.qos == protocol::Qos::exactly_once);
  CHECK(message.properties.view().text(PropertyId::content_type) == "text");
  CHECK(message.properties.view().text(PropertyId::correlation_data) == "\xFF");
  CHECK(user_properties_of(message) == "k=1;k=2;");
}

TEST_CASE("faults within the properties of such lines") {
  const auto fault = [](const std::string& properties) {
    return fault_of("{\"payload\":null,\"properties\":" + properties + "}");
  };
  CHECK(fault("7") == "properties: 7 is not an object");
  CHECK(fault("[{\"content-type\":1}]") == "properties: an array is not an object");
  CHECK(fault(R"({"content_type":"a"})") ==
        "content_type: unknown key; did you mean content-type?");
  CHECK(fault(R"({"content-type":7})") == "content-type: 7 is not a string");
  CHECK(fault(R"({"content-type":{}})") == "content-type: an object is not a string");
  CHECK(fault(R"({"content-type":"a","content-type":"a"})") == "content-type: given twice");
  CHECK(fault(R"({"user-properties":[{"a":1}]})").substr(0, 17) == "user-properties: ");
  CHECK(fault(R"({"content-type":"a"},"content_type":"b")").substr(0, 14) == "content_type: ");
  CHECK(fault(R"({"x":{"topic":"a"}})").substr(0, 3) == "x: ");
  CHECK(fault(R"({},"topic":"a","qos":1)") == "(a message)");
}

TEST_CASE("each fault names the field and the cause") {
  struct Case {
    const char* line;
    const char* fault;
  };
  static constexpr Case cases[] = {
      {R"({"qos":3,"payload":""})", "qos: 3 is not 0, 1 or 2"},
      {R"({"qos":-1,"payload":""})", "qos: -1 is not 0, 1 or 2"},
      {R"({"qos":"1","payload":""})", "qos: \"1\" is not 0, 1 or 2"},
      {R"({"qos":[1],"payload":""})", "qos: an array is not 0, 1 or 2"},
      {R"({"retain":2,"payload":""})", "retain: 2 is not true or false"},
      {R"({"topic":7,"payload":""})", "topic: 7 is not a string"},
      {R"({"topic":"","payload":""})", "topic: the topic name is empty (MQTT 5.0 section 4.7.3)"},
      {R"({"topic":"a"})", "payload: missing; null stands for an empty one"},
      {R"({"payload":"","payload_base64":""})", "payload_base64: given beside payload"},
      {R"({"payload_base64":"a"})", "payload_base64: \"a\" is not base64"},
      {R"({"payload_hex":"0"})", "payload_hex: \"0\" is not hexadecimal"},
      {R"({"payload_hex":{}})", "payload_hex: an object is not a string"},
      {R"({"payload":"","topc":"a"})", "topc: unknown key; did you mean topic?"},
      {R"({"payload":"","zzzzzz":"a"})", "zzzzzz: unknown key"},
      {R"({"payload":"","pay\u001bload\n":1})",
       "pay\\x1bload\\n: unknown key; did you mean payload?"},
      {R"({"payload":"","topic":"a","topic":"a"})", "topic: given twice"},
      {R"({"payload":"","type":1})",
       "type: 1 is not \"message\"; JSON of another kind belongs in payload"},
      {R"({"payload":"","id":1})", "id: 1 is not a string"},
      {R"({"payload":"","content_type":false})", "content_type: false is not a string"},
      {R"({"payload":"","message_expiry_interval_s":4294967296})",
       "message_expiry_interval_s: 4294967296 is not a whole number from 0 to 4294967295"},
      {R"({"payload":"","message_expiry_interval_s":1.0})",
       "message_expiry_interval_s: 1.0 is not a whole number from 0 to 4294967295"},
      {R"({"payload":"","payload_format_indicator":2})",
       "payload_format_indicator: 2 is not a whole number from 0 to 1"},
      {R"({"payload":"","correlation_data_base64":"?"})",
       "correlation_data_base64: \"?\" is not base64"},
      {R"({"payload":"","user_properties":"k"})",
       "user_properties: \"k\" is not an array of [name, value] or an object"},
      {"[]", "not a JSON object"},
      {"\"x\"", "not a JSON object"},
  };
  for (const Case& one : cases) CHECK_MESSAGE(fault_of(one.line) == one.fault, one.line);
}

TEST_CASE("faults that protocol finds are passed on with the field") {
  CHECK(fault_of(R"({"payload":"","topic":"a/+"})").substr(0, 7) == "topic: ");
  CHECK(fault_of(R"({"payload":"","content_type":"a\u0000"})").substr(0, 14) == "content_type: ");
  CHECK(fault_of(R"({"payload":"","correlation_data":"a","correlation_data_base64":"YQ=="})")
            .substr(0, 25) == "correlation_data_base64: ");
}

TEST_CASE("user properties of another shape are refused") {
  for (const char* value :
       {"[1]", "[[\"a\"]]", "[[\"a\",\"b\",\"c\"]]", "[[\"a\",1]]", "{\"a\":1}", "{\"a\":[\"b\"]}",
        "[{\"a\":{}}]", "[[{\"a\":\"b\"}]]", "[[[\"a\",\"b\"]]]", "[\"a\",\"b\"]"})
    CHECK_MESSAGE(fault_of("{\"payload\":null,\"user_properties\":" + std::string(value) + "}") ==
                      "user_properties: not an array of [name, value] or an object of strings",
                  value);
}

TEST_CASE("without a topic anywhere the mend is named") {
  CHECK(fault_of(R"({"payload":"x"})", {}) == "topic: missing, and no default is given with -t");
}

TEST_CASE("what is no JSON is shown with its column") {
  CHECK(fault_of(R"({"topic":"a",})") ==
        "not JSON at column 14: parsing object key - unexpected '}'; expected string literal");
  CHECK(fault_of("").substr(0, 24) == "not JSON at column 1: pa");
  CHECK(fault_of("{} x").substr(0, 22) == "not JSON at column 4: ");
  CHECK(fault_of(std::string_view("{\"payload\":1}\0{", 15)) ==
        "not JSON at column 14: a NUL byte");
  CHECK(fault_of(R"({"payload":1e999})") == "not JSON at column 16: a number is out of range");
  CHECK(fault_of("{\"a\":\"\x1b\xff").find_first_of("\x1b\xff") == std::string::npos);
}

TEST_CASE("nesting is bounded, and whatever the JSON payload form passes on can be read") {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return "{\"payload\":" + std::string(count, '[') + std::string(count, ']') + "}";
  };
  CHECK(fault_of(nested(maximum_json_depth)) == "(a message)");
  CHECK(fault_of(nested(maximum_json_depth + 1)) == "nested deeper than 256 levels");
}
