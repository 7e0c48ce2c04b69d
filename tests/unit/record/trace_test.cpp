#include "record/trace.hpp"

#include <cstdlib>
#include <ctime>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "unit/base/seed.hpp"
#include "unit/record/random_message.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::record;
using protocol::Packet;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;
using protocol::Version;

namespace {

constexpr WallTime noon{1'770'091'506'789'012'345};

std::string traced(TraceForm form, const protocol::Frame& frame, Version version) {
  TraceWriter writer(form);
  std::string out;
  writer.append(out, Direction::sent, frame, version, noon);
  REQUIRE(out.find('\n') == out.size() - 1);
  out.pop_back();
  return out;
}

std::string traced(TraceForm form, const Packet& packet, Version version = Version::v5) {
  std::string bytes(4096, '\0');
  const auto size = protocol::encode(packet, version, bytes);
  REQUIRE(size);
  const auto frame = protocol::next_frame(std::string_view(bytes).substr(0, *size));
  REQUIRE(frame);
  return traced(form, *frame->frame, version);
}

/// The text behind the time of day.
std::string text_of(const Packet& packet, Version version = Version::v5) {
  return traced(TraceForm::text, packet, version)
      .substr(std::string_view("04:05:06.789012 -> ").size());
}

/// The JSON behind the keys that all lines have.
std::string json_of(const Packet& packet, Version version = Version::v5) {
  const std::string line = traced(TraceForm::json, packet, version);
  const std::string_view head =
      R"({"type":"packet","time":"2026-02-03T04:05:06.789012Z","time_s":1770091506.789012,)"
      R"("direction":"sent",)";
  REQUIRE(nlohmann::json::accept(line));
  REQUIRE(line.substr(0, head.size()) == head);
  return line.substr(head.size());
}

/// Each packet with all its fields, over bytes that live here.
struct Samples {
  PropertyList connect_properties{PropertyPlace::connect};
  PropertyList will_properties{PropertyPlace::will};
  protocol::Connect connect;

  Samples() {
    REQUIRE(connect_properties.add(PropertyId::session_expiry_interval, 300));
    REQUIRE(connect_properties.add(PropertyId::authentication_method, "SCRAM"));
    REQUIRE(connect_properties.add(PropertyId::authentication_data, "s3cr3t-data"));
    REQUIRE(connect_properties.add_user_property("a\x1B", "b"));
    REQUIRE(will_properties.add(PropertyId::will_delay_interval, 5));
    connect.client_identifier = "abc";
    connect.keep_alive = 60;
    connect.username = "joe";
    connect.password = "s3cr3t-word";
    connect.properties = connect_properties.view();
    connect.will =
        protocol::Will{"w", "gone", protocol::Qos::at_least_once, true, will_properties.view()};
  }
};

}  // namespace

TEST_CASE("CONNECT with all its fields, and no secret in either form") {
  const Samples samples;
  CHECK(
      text_of(samples.connect) ==
      R"(CONNECT  protocol version "5.0", client identifier "abc", clean start, keep alive 60 s, )"
      R"(username "joe", password ***, will (topic "w", qos 1, retain, payload 4 bytes "gone", )"
      R"(will delay interval 5 s), session expiry interval 300 s, authentication method "SCRAM", )"
      R"(authentication data ***, user property "a\x1b"="b")");
  CHECK(json_of(samples.connect) ==
        R"("packet":"CONNECT","protocol_version":"5.0","client_identifier":"abc",)"
        R"("clean_start":true,"keep_alive_s":60,"username":"joe","password":"***",)"
        R"("will":{"topic":"w","qos":1,"retain":true,"payload_length":4,"payload":"gone",)"
        R"("will_delay_interval_s":5},"session_expiry_interval_s":300,)"
        R"("authentication_method":"SCRAM","authentication_data":"***",)"
        R"("user_properties":[["a\u001b","b"]]})");
}

TEST_CASE("a broken CONNECT or AUTH shows none of its bytes") {
  for (const unsigned type : {1U, 2U, 15U}) {
    const protocol::Frame frame{static_cast<std::uint8_t>(type << 4), "s3cr3t", 8};
    for (const TraceForm form : {TraceForm::text, TraceForm::json}) {
      const std::string line = traced(form, frame, Version::v5);
      CHECK(line.find("s3cr3t") == line.npos);
      CHECK(line.find("733363") == line.npos);
      CHECK(line.find("MQTT 5.0 section") != line.npos);
    }
  }
}

TEST_CASE("CONNACK in both versions") {
  protocol::ConnAck packet;
  packet.code = 0x87;
  CHECK(text_of(packet) == "CONNACK  reason 0x87 Not authorized");
  packet.code = 5;
  CHECK(text_of(packet, Version::v311) == "CONNACK  reason 0x05 Not authorized");
  packet.code = 0;
  packet.session_present = true;
  CHECK(json_of(packet) ==
        R"("packet":"CONNACK","session_present":true,"reason_code":0,"reason":"Success"})");
}

TEST_CASE("PUBLISH shows the front of its payload") {
  protocol::Publish packet;
  packet.topic = "a/b";
  packet.qos = protocol::Qos::at_least_once;
  packet.dup = true;
  packet.packet_identifier = 7;
  const std::string payload = "\x1B" + std::string(62, 'x') + "\xC3\xBC" + "end";
  packet.payload = payload;
  const std::string shown(62, 'x');
  CHECK(text_of(packet) == R"(PUBLISH  packet identifier 7, topic "a/b", qos 1, dup, )"
                           R"(payload 68 bytes "\x1b)" +
                               shown + "...\"");
  CHECK(json_of(packet) == R"("packet":"PUBLISH","packet_identifier":7,"topic":"a/b","qos":1,)"
                           R"("retain":false,"dup":true,"payload_length":68,"payload":"\u001b)" +
                               shown + "\"}");
  packet.payload = "\xFF";
  CHECK(json_of(packet).find(R"("payload_length":1,"payload_base64":"/w==")") != std::string::npos);
}

TEST_CASE("acknowledgements") {
  CHECK(text_of(protocol::PubAck{7, protocol::ReasonCode::not_authorized, {}}) ==
        "PUBACK  packet identifier 7, reason 0x87 Not authorized");
  CHECK(text_of(protocol::PubRec{7, {}, {}}, Version::v311) == "PUBREC  packet identifier 7");
  CHECK(json_of(protocol::PubRel{7, {}, {}}) ==
        R"("packet":"PUBREL","packet_identifier":7,"reason_code":0,"reason":"Success"})");
}

TEST_CASE("SUBSCRIBE and its outcome") {
  std::string entries;
  protocol::append_subscription(
      entries, {.filter = "a/#", .qos = protocol::Qos::exactly_once, .no_local = true});
  protocol::append_subscription(entries, {.filter = "b"});
  protocol::Subscribe packet;
  packet.packet_identifier = 1;
  packet.entries = entries;
  CHECK(text_of(packet, Version::v311) ==
        R"(SUBSCRIBE  packet identifier 1, (filter "a/#", qos 2), (filter "b", qos 0))");
  CHECK(
      json_of(packet) ==
      R"("packet":"SUBSCRIBE","packet_identifier":1,"subscriptions":[)"
      R"({"filter":"a/#","qos":2,"no_local":true,"retain_as_published":false,"retain_handling":0},)"
      R"({"filter":"b","qos":0,"no_local":false,"retain_as_published":false,"retain_handling":0}]})");
  protocol::SubAck outcome;
  outcome.packet_identifier = 1;
  outcome.codes = "\x01\x87";
  CHECK(text_of(outcome) ==
        "SUBACK  packet identifier 1, (reason 0x01 Granted QoS 1), (reason 0x87 Not authorized)");
}

TEST_CASE("UNSUBSCRIBE and its outcome") {
  std::string entries;
  protocol::append_filter(entries, "x/y");
  protocol::Unsubscribe packet;
  packet.packet_identifier = 3;
  packet.entries = entries;
  CHECK(json_of(packet) ==
        R"("packet":"UNSUBSCRIBE","packet_identifier":3,"filters":[{"filter":"x/y"}]})");
  protocol::UnsubAck outcome;
  outcome.packet_identifier = 3;
  CHECK(json_of(outcome, Version::v311) ==
        R"("packet":"UNSUBACK","packet_identifier":3,"reasons":[]})");
}

TEST_CASE("packets without fields") {
  CHECK(text_of(protocol::PingReq()) == "PINGREQ");
  CHECK(json_of(protocol::PingResp()) == R"("packet":"PINGRESP"})");
  CHECK(text_of(protocol::Disconnect(), Version::v311) == "DISCONNECT");
  CHECK(text_of(protocol::Disconnect()) == "DISCONNECT  reason 0x00 Normal disconnection");
}

TEST_CASE("the time of day is local, the direction an arrow") {
  setenv("TZ", "XYZ-1", 1);
  tzset();
  TraceWriter writer(TraceForm::text);
  std::string out;
  writer.append(out, Direction::received, {0xD0, {}, 2}, Version::v5, noon);
  unsetenv("TZ");
  tzset();
  CHECK(out == "05:05:06.789012 <- PINGRESP\n");
}

TEST_CASE("what does not decode is shown with its fault and its first bytes") {
  const protocol::Frame frame{0x36, std::string_view("\0\1a", 3), 5};
  CHECK(traced(TraceForm::text, frame, Version::v5).substr(19) ==
        "PUBLISH  malformed: a PUBLISH has QoS 3 (MQTT 5.0 section 3.3.1.2), bytes 36000161");
  TraceWriter writer(TraceForm::text);
  std::string out;
  const std::string garbage = "HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(100, 'x');
  writer.append_garbage(out, Direction::received, garbage, protocol::Fault::reserved_flags, noon);
  CHECK(out.find("<- no packet  malformed: ") != out.npos);
  CHECK(out.find("485454502f312e31203430302042616420526571756573740d0a0d0a78787878...\n") !=
        out.npos);
  writer = TraceWriter(TraceForm::json);
  out.clear();
  writer.append_garbage(out, Direction::received, "", protocol::Fault::reserved_flags, noon);
  CHECK(nlohmann::json::accept(out));
}

TEST_CASE("whatever is in a frame, both forms stay one safe line, and JSON stays JSON") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int i = 0; i < 5'000; ++i) {
    std::string body(4096, '\0');
    const RandomMessage message = random_message(random);
    const auto size = protocol::encode(message.publish(), Version::v5, body);
    REQUIRE(size);
    body.resize(*size);
    if (random() % 2 == 0) body[random() % body.size()] = static_cast<char>(random());
    const auto found = protocol::next_frame(body);
    if (!found || !found->frame) continue;
    const std::string json = traced(TraceForm::json, *found->frame, Version::v5);
    REQUIRE(nlohmann::json::accept(json));
    for (const char c : json + traced(TraceForm::text, *found->frame, Version::v5))
      REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
  }
}
