#include "record/results.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;
using protocol::ReasonCode;

namespace {

constexpr WallTime noon{1'770'091'506'789'012'345};
constexpr std::string_view time_part =
    R"(,"time":"2026-02-03T04:05:06.789012Z","time_s":1770091506.789012)";

/// The line without its time and newline.
template <typename Result>
std::string line_of(const Result& result) {
  ResultWriter writer;
  std::string out;
  writer.append(out, result, noon);
  REQUIRE(out.back() == '\n');
  out.pop_back();
  REQUIRE(nlohmann::json::accept(out));
  const std::size_t at = out.find(time_part);
  REQUIRE(at != out.npos);
  return out.erase(at, time_part.size());
}

}  // namespace

TEST_CASE("published: a plain success, and all that may come with one") {
  Published result;
  result.topic = "a/b";
  result.latency = Duration(1'234'567);
  CHECK(line_of(result) ==
        R"({"type":"published","topic":"a/b","qos":0,"reason_code":0,"reason":"Success",)"
        R"("latency_us":1234})");
  PropertyList properties(PropertyPlace::puback);
  REQUIRE(properties.add_user_property("k", "v"));
  REQUIRE(properties.add(PropertyId::reason_string, "no\n"));
  result.qos = protocol::Qos::exactly_once;
  result.packet_identifier = 7;
  result.reason = ReasonCode::not_authorized;
  result.packet = protocol::PacketType::pubrec;
  result.may_be_duplicate = true;
  result.id = "n\"1";
  result.properties = properties.view();
  CHECK(line_of(result) ==
        R"({"type":"published","topic":"a/b","qos":2,"packet_identifier":7,"reason_code":135,)"
        R"("reason":"Not authorized","latency_us":1234,"may_be_duplicate":true,"id":"n\"1",)"
        R"("reason_string":"no\n","user_properties":[["k","v"]]})");
}

TEST_CASE("stored: new and known, with and without an id") {
  Stored result;
  result.number = 12;
  result.topic = "a/b";
  CHECK(line_of(result) == R"({"type":"stored","number":12,"topic":"a/b","qos":1})");
  result.qos = protocol::Qos::exactly_once;
  result.id = "n\"1";
  result.is_known = true;
  CHECK(line_of(result) == R"({"type":"stored","topic":"a/b","qos":2,"id":"n\"1","known":true})");
}

TEST_CASE("waiting: every state of a stored message") {
  Waiting result;
  result.number = 3;
  result.message.topic = "t";
  result.message.payload = "\xFF";
  result.message.qos = protocol::Qos::exactly_once;
  CHECK(line_of(result) ==
        R"({"type":"waiting","number":3,"state":"waiting","topic":"t","qos":2,"retain":false,)"
        R"("payload_base64":"/w=="})");
  PropertyList properties(PropertyPlace::publish);
  REQUIRE(properties.add(PropertyId::content_type, "text"));
  result.message.properties = properties.view();
  result.message.payload = "p";
  result.message.retain = true;
  result.packet_identifier = 9;
  result.id = "i";
  result.may_be_duplicate = true;
  CHECK(line_of(result) ==
        R"({"type":"waiting","number":3,"state":"sent","packet_identifier":9,)"
        R"("may_be_duplicate":true,"topic":"t","qos":2,"retain":true,"id":"i","payload":"p",)"
        R"("content_type":"text"})");
  result.released = true;
  CHECK(result.state() == "released");
}

TEST_CASE("connected, with what the broker said, but no secret") {
  PropertyList properties(PropertyPlace::connack);
  REQUIRE(properties.add(PropertyId::receive_maximum, 20));
  REQUIRE(properties.add(PropertyId::authentication_data, "secret"));
  Connected result;
  result.broker = "[::1]:1883";
  result.client_identifier = "auto-1";
  result.session_present = true;
  result.properties = properties.view();
  CHECK(line_of(result) ==
        R"({"type":"connected","broker":"[::1]:1883","protocol_version":"5.0",)"
        R"("client_identifier":"auto-1","session_present":true,"authentication_data":"***",)"
        R"("receive_maximum":20})");
}

TEST_CASE("disconnected, with or without a reason") {
  Disconnected result;
  result.cause = "connection reset by peer";
  CHECK(line_of(result) == R"({"type":"disconnected","cause":"connection reset by peer"})");
  result.reason = ReasonCode::success;
  CHECK(line_of(result) ==
        R"({"type":"disconnected","cause":"connection reset by peer","reason_code":0,)"
        R"("reason":"Normal disconnection"})");
}

TEST_CASE("reconnecting and subscribed") {
  CHECK(line_of(Reconnecting{3, Duration(1'500'000'000)}) ==
        R"({"type":"reconnecting","attempt":3,"delay_us":1500000})");
  Subscribed result;
  result.filter = "a/#";
  result.reason = ReasonCode::granted_qos_1;
  CHECK(line_of(result) == R"({"type":"subscribed","filter":"a/#","granted_qos":1,"reason_code":1,)"
                           R"("reason":"Granted QoS 1"})");
  result.reason = ReasonCode::topic_filter_invalid;
  CHECK(line_of(result) == R"({"type":"subscribed","filter":"a/#","reason_code":143,)"
                           R"("reason":"Topic Filter invalid"})");
}

TEST_CASE("error and summary") {
  const Error error{ExitCode::io, "line 3: not JSON"};
  ErrorLine line;
  line.error = &error;
  CHECK(line_of(line) == R"({"type":"error","error":"line 3: not JSON","exit_status":8})");
  line.line = 3;
  line.topic = "a";
  CHECK(line_of(line) ==
        R"({"type":"error","error":"line 3: not JSON","exit_status":8,"line":3,"topic":"a"})");
  const Summary::Count counts[] = {{"published", 5}, {"bytes", 320}};
  Summary summary;
  summary.counts = counts;
  summary.elapsed = Duration(2'000'999);
  summary.exit = ExitCode::rejected;
  CHECK(line_of(summary) ==
        R"({"type":"summary","published":5,"bytes":320,"elapsed_us":2000,"exit_status":6})");
}

TEST_CASE("retained messages: found, summed, left over, different") {
  CHECK(line_of(Retained{"a/b", 21}) == R"({"type":"retained","topic":"a/b","payload_length":21})");
  CHECK(line_of(Subtree{"a", 2, 42}) ==
        R"({"type":"subtree","topic":"a","messages":2,"payload_bytes":42})");
  CHECK(line_of(Remaining{"a", "Not authorized"}) ==
        R"({"type":"remaining","topic":"a","cause":"Not authorized"})");
  CHECK(line_of(Difference{"a", "added"}) ==
        R"({"type":"difference","topic":"a","change":"added"})");
}

TEST_CASE("cases and findings") {
  CHECK(line_of(CaseLine{"fin", "3.1.2.5", "the will is published", "MQTT 5.0 only"}) ==
        R"({"type":"case","case":"fin","section":"3.1.2.5","promise":"the will is published",)"
        R"("versions":"MQTT 5.0 only"})");
  FindingLine line;
  line.name = "fin/qos1";
  line.verdict = "pass";
  line.observed = "came";
  line.section = "3.1.2.5";
  line.promise = "the will is published";
  line.took = Duration(3'000'000);
  CHECK(line_of(line) == R"({"type":"finding","case":"fin/qos1","protocol_version":"5.0",)"
                         R"("verdict":"pass","observed":"came","section":"3.1.2.5",)"
                         R"("promise":"the will is published","took_us":3000,"plays":1})");
  line.after = Duration(400'000);
  CHECK(line_of(line).find(R"("observed":"came","after_us":400,"section")") != std::string::npos);
}

TEST_CASE("a time before its start is no latency") {
  CHECK(line_of(Reconnecting{1, Duration(-5'000)}) ==
        R"({"type":"reconnecting","attempt":1,"delay_us":0})");
}

TEST_CASE("the table says what the lines hold") {
  const auto types = result_types();
  REQUIRE_FALSE(types.empty());
  CHECK(types[0].type == "published");
  for (const ResultType& type : types) {
    CHECK_FALSE(type.meaning.empty());
    CHECK_FALSE(type.fields.empty());
    for (const FieldMeaning& field : type.fields) CHECK_FALSE(field.meaning.empty());
  }
  Published result;
  result.topic = "a";
  result.packet_identifier = 1;
  result.may_be_duplicate = true;
  result.id = "x";
  const auto line = nlohmann::ordered_json::parse(line_of(result));
  auto key = line.begin();
  CHECK((key++).key() == "type");
  for (const FieldMeaning& field : types[0].fields)
    if (field.name[0] != '(') CHECK((key++).key() == field.name);
  CHECK(key == line.end());
}
