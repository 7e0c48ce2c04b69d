#include "record/message_json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "record/message_input.hpp"
#include "unit/base/seed.hpp"
#include "unit/record/allocations.hpp"
#include "unit/record/random_message.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;

namespace {

constexpr WallTime noon{1'770'091'506'789'012'345};

std::string line_of(const protocol::Publish& message, PayloadForm form = PayloadForm::automatic) {
  MessageWriter writer(form);
  std::string out;
  writer.append(out, message, noon);
  return out;
}

protocol::Publish message_with(std::string_view payload) {
  protocol::Publish message;
  message.topic = "a/b";
  message.payload = payload;
  return message;
}

/// The part of a line that the payload form decides.
std::string payload_part(std::string_view payload, PayloadForm form) {
  const std::string line = line_of(message_with(payload), form);
  const std::string before = R"("dup":false,)";
  const std::size_t at = line.find(before) + before.size();
  return line.substr(at, line.size() - at - 2);
}

/// The properties that the law is about, in an order that does not depend on the packet's.
std::string lawful_properties(protocol::Properties properties) {
  std::string text;
  for (const auto& row : protocol::property_rows()) {
    if (row.id == PropertyId::topic_alias || row.id == PropertyId::subscription_identifier)
      continue;
    for (const protocol::Property& property : properties) {
      if (property.id != row.id) continue;
      text += row.json_name;
      text += '=' + std::to_string(property.number) + ',';
      append_hex(text, property.key);
      text += ',';
      append_hex(text, property.text);
      text += ';';
    }
  }
  return text;
}

std::string bytes_in(const nlohmann::json& line, const std::string& key) {
  if (line.contains(key)) return line[key];
  return decode_base64(line.at(key + "_base64").get<std::string>()).value();
}

void check_with_oracle(const RandomMessage& message, const std::string& text) {
  const auto line = nlohmann::json::parse(text);
  REQUIRE(line["type"] == "message");
  REQUIRE(line["time"] == "2026-02-03T04:05:06.789012Z");
  REQUIRE(line["time_s"] == 1770091506.789012);
  REQUIRE(line["topic"] == message.topic);
  REQUIRE(line["qos"] == static_cast<int>(message.qos));
  REQUIRE(line["retain"] == message.retain);
  REQUIRE(line["dup"] == message.dup);
  REQUIRE(line.value("packet_identifier", 0) == message.packet_identifier);
  REQUIRE(bytes_in(line, "payload") == message.payload);
  REQUIRE(line.contains("payload") == is_utf8(message.payload));
  const auto correlation = message.properties.view().text(PropertyId::correlation_data);
  if (correlation) REQUIRE(bytes_in(line, "correlation_data") == *correlation);
  const auto content_type = message.properties.view().text(PropertyId::content_type);
  REQUIRE(line.contains("content_type") == content_type.has_value());
  if (content_type) REQUIRE(line["content_type"] == *content_type);
}

void check_law(const RandomMessage& message, const std::string& text) {
  const auto parsed = parse_message(text, MessageDefaults());
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().text));
  const InputMessage& back = *parsed;
  REQUIRE(back.topic == message.topic);
  REQUIRE(back.payload == message.payload);
  REQUIRE(back.qos == message.qos);
  REQUIRE(back.retain == message.retain);
  REQUIRE(lawful_properties(back.properties.view()) ==
          lawful_properties(message.properties.view()));
}

}  // namespace

TEST_CASE("the line of a message, key by key") {
  PropertyList properties(PropertyPlace::publish);
  REQUIRE(properties.add(PropertyId::content_type, "text/plain"));
  REQUIRE(properties.add_user_property("site", "a"));
  protocol::Publish message = message_with("21.5");
  message.qos = protocol::Qos::at_least_once;
  message.properties = properties.view();
  CHECK(line_of(message) ==
        R"({"type":"message","time":"2026-02-03T04:05:06.789012Z","time_s":1770091506.789012,)"
        R"("topic":"a/b","qos":1,)"
        R"("retain":false,"dup":false,"payload":"21.5","content_type":"text/plain",)"
        R"("user_properties":[["site","a"]]})"
        "\n");
}

TEST_CASE("properties stand in the order of the table, whatever the packet's") {
  PropertyList properties(PropertyPlace::publish);
  REQUIRE(properties.add_user_property("k", "1"));
  REQUIRE(properties.add(PropertyId::topic_alias, 9));
  REQUIRE(properties.add(PropertyId::subscription_identifier, 3));
  REQUIRE(properties.add(PropertyId::correlation_data, "\xFF"));
  REQUIRE(properties.add_user_property("k", "2"));
  REQUIRE(properties.add(PropertyId::subscription_identifier, 268'435'455));
  REQUIRE(properties.add(PropertyId::response_topic, "r"));
  REQUIRE(properties.add(PropertyId::message_expiry_interval, 4'294'967'295));
  REQUIRE(properties.add(PropertyId::payload_format_indicator, 1));
  protocol::Publish message = message_with("");
  message.qos = protocol::Qos::exactly_once;
  message.retain = message.dup = true;
  message.packet_identifier = 77;
  message.properties = properties.view();
  CHECK(
      line_of(message).substr(82) ==
      R"("topic":"a/b","qos":2,"retain":true,"dup":true,"packet_identifier":77,"payload":"",)"
      R"("payload_format_indicator":1,"message_expiry_interval_s":4294967295,"response_topic":"r",)"
      R"("correlation_data_base64":"/w==","subscription_identifiers":[3,268435455],"topic_alias":9,)"
      R"("user_properties":[["k","1"],["k","2"]]})"
      "\n");
}

TEST_CASE("each form of the payload") {
  CHECK(payload_part("a\xFF", PayloadForm::automatic) == R"("payload_base64":"Yf8=")");
  CHECK(payload_part("a\xFF", PayloadForm::text) == "\"payload\":\"a\xEF\xBF\xBD\"");
  CHECK(payload_part("a\xFF", PayloadForm::hex) == R"("payload_hex":"61ff")");
  CHECK(payload_part("abc", PayloadForm::base64) == R"("payload_base64":"YWJj")");
  CHECK(payload_part("abc", PayloadForm::none) == R"("payload_length":3)");
  CHECK(payload_part(std::string_view("a\0b", 3), PayloadForm::automatic) ==
        R"("payload":"a\u0000b")");
}

TEST_CASE("a payload that is JSON goes in as a value, any other as automatic") {
  CHECK(
      payload_part("{ \"t\" : 1.50,\n\"n\": 123456789012345678901234567890 }", PayloadForm::json) ==
      R"("payload":{"t":1.50,"n":123456789012345678901234567890})");
  CHECK(payload_part("21.5", PayloadForm::json) == R"("payload":21.5)");
  CHECK(payload_part("null", PayloadForm::json) == R"("payload":null)");
  CHECK(payload_part("{oops", PayloadForm::json) == R"("payload":"{oops")");
  CHECK(payload_part("", PayloadForm::json) == R"("payload":"")");
  CHECK(payload_part("\xFF", PayloadForm::json) == R"("payload_base64":"/w==")");
}

TEST_CASE("payload forms are found by name") {
  for (const PayloadFormRow& row : payload_forms)
    CHECK(payload_form_from_text(row.name) == row.form);
  CHECK_FALSE(payload_form_from_text("JSON"));
}

TEST_CASE("the law: what was received comes back from its line") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  MessageWriter writer;
  for (int i = 0; i < 10'000; ++i) {
    const RandomMessage message = random_message(random);
    std::string line;
    writer.append(line, message.publish(), noon);
    CAPTURE(line);
    REQUIRE(line.find('\n') == line.size() - 1);
    check_with_oracle(message, line);
    check_law(message, line);
  }
}

TEST_CASE("the other forms that lose nothing keep the law too") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (const PayloadForm form : {PayloadForm::base64, PayloadForm::hex}) {
    for (int i = 0; i < 1'000; ++i) {
      const RandomMessage message = random_message(random);
      check_law(message, line_of(message.publish(), form));
    }
  }
}

TEST_CASE("writing allocates nothing once the buffer has grown") {
  const std::string text(64, 'x');
  PropertyList properties(PropertyPlace::publish);
  REQUIRE(properties.add(PropertyId::content_type, "text/plain"));
  REQUIRE(properties.add_user_property("site", "a\n"));
  protocol::Publish message = message_with(text);
  message.properties = properties.view();
  MessageWriter writer;
  std::string out;
  writer.append(out, message, noon);
  const std::size_t before = allocations();
  for (std::int64_t i = 0; i < 1000; ++i) {
    out.clear();
    writer.append(out, message, {noon.nanoseconds + i * 10'000'000});
  }
  CHECK(allocations() == before);
}
