#include <doctest/doctest.h>

#include "options/property_value.hpp"
#include "unit/options/fixture.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;
using protocol::PropertyId;
using protocol::PropertyKind;
using protocol::PropertyPlace;

namespace {

std::string error_of(std::initializer_list<std::string_view> values) {
  std::vector<std::string_view> arguments{"-D"};
  arguments.insert(arguments.end(), values.begin(), values.end());
  ProbeSettings settings;
  const std::vector<std::string_view> list(values);
  auto status = assign_property_option(settings, list);
  return status ? "" : status.error().text;
}

protocol::Property added(std::initializer_list<std::string_view> values) {
  static ProbeSettings settings;
  settings = ProbeSettings();
  const std::vector<std::string_view> list(values);
  REQUIRE(assign_property_option(settings, list).has_value());
  return *settings.publish_properties.view().begin();
}

/// A value of the property's kind in its range, as text.
std::string sample(const protocol::PropertyRow& row) {
  switch (row.kind) {
    case PropertyKind::utf8_string:
    case PropertyKind::binary_data: return "text";
    case PropertyKind::utf8_string_pair: return "key=value";
    default: return std::to_string(row.high);
  }
}

}  // namespace

TEST_CASE("-D sets every property in every packet that a client may put it in") {
  for (const PropertyPacket& packet : property_packets())
    for (const protocol::PropertyRow& row : protocol::property_rows()) {
      INFO(packet.name << " " << row.flag_name);
      if (row.id == PropertyId::user_property) continue;
      ProbeSettings settings;
      const std::string value = sample(row);
      const std::vector<std::string_view> values{packet.name, row.flag_name, value};
      const bool wanted = client_sets(row, packet.place);
      CHECK(assign_property_option(settings, values).has_value() == wanted);
      const auto view = property_list(settings, packet.place)->view();
      CHECK(view.find(row.id).has_value() == wanted);
      if (!wanted) continue;
      if (const auto number = view.number(row.id))
        CHECK(*number == row.high);
      else
        CHECK(view.text(row.id) == "text");
    }
}

TEST_CASE("user properties in every packet, in order, with empty parts") {
  for (const PropertyPacket& packet : property_packets()) {
    ProbeSettings settings;
    for (std::string_view key : {"a", "b", "a", ""}) {
      const std::vector<std::string_view> values{packet.name, "user-property", key, "v"};
      REQUIRE(assign_property_option(settings, values).has_value());
    }
    std::string keys;
    for (const protocol::Property& property : property_list(settings, packet.place)->view())
      keys += std::string(property.key) + ',';
    CHECK(keys == "a,b,a,,");
  }
}

TEST_CASE("names of packets and properties count in any case") {
  ProbeSettings settings;
  for (const std::vector<std::string_view>& values :
       {std::vector<std::string_view>{"PUBLISH", "Content-Type@HEX", "78"},
        {"Publish", "USER-property", "K", "V"}})
    REQUIRE(assign_property_option(settings, values).has_value());
  CHECK(settings.publish_properties.view().text(PropertyId::content_type) == "x");
  CHECK(settings.publish_properties.view().find(PropertyId::user_property)->key == "K");
}

TEST_CASE("numbers outside their range, unknown names and packets") {
  CHECK_FALSE(error_of({"connect", "receive-maximum", "0"}).empty());
  CHECK_FALSE(error_of({"connect", "receive-maximum", "65536"}).empty());
  CHECK_FALSE(error_of({"connect", "receive-maximum", "x"}).empty());
  CHECK_FALSE(error_of({"publish", "payload-format-indicator", "2"}).empty());
  CHECK(error_of({"publish", "content-typ", "x"}) ==
        "\"content-typ\" is not a property; did you mean content-type?");
  CHECK(error_of({"connect", "content-type", "x"}) ==
        "content-type is not a property that a client sets in connect");
  CHECK(error_of({"publish", "subscription-identifier", "1"}) ==
        "subscription-identifier is not a property that a client sets in publish");
  CHECK(error_of({"connack", "reason-string", "x"}).starts_with("\"connack\" is not a packet"));
  CHECK(error_of({"auth", "reason-string", "x"}).starts_with("\"auth\" is not a packet"));
  CHECK_FALSE(error_of({"publish", "content-type", "a\xff"}).empty());
}

TEST_CASE("a property that may stand once") {
  ProbeSettings settings;
  const std::vector<std::string_view> values{"publish", "content-type", "x"};
  CHECK(assign_property_option(settings, values).has_value());
  CHECK_FALSE(assign_property_option(settings, values).has_value());
}

TEST_CASE("binary values") {
  CHECK(added({"publish", "correlation-data@hex", "00ff0A"}).text ==
        std::string_view("\0\xff\n", 3));
  CHECK(added({"publish", "correlation-data@base64", "AP8K"}).text ==
        std::string_view("\0\xff\n", 3));
  CHECK(added({"publish", "correlation-data", "hex:00"}).text == "hex:00");
  CHECK(added({"publish", "correlation-data", "@file"}).text == "@file");
  CHECK(added({"publish", "content-type@hex", "61"}).text == "a");
  CHECK(error_of({"publish", "correlation-data@hex", "0"}) == "\"0\" is not hex");
  CHECK(error_of({"publish", "correlation-data@base64", "?"}) == "\"?\" is not base64");
  CHECK(error_of({"publish", "correlation-data@octal", "7"}) ==
        "after @ stands hex, base64 or file, not \"octal\"");
  CHECK_FALSE(error_of({"publish", "correlation-data@file", "/nonexistent"}).empty());
  CHECK_FALSE(error_of({"publish", "correlation-data", std::string(65536, 'x')}).empty());
}

TEST_CASE("named flags") {
  Run run;
  run({"--content-type",
       "t",
       "--message-expiry",
       "5",
       "--user-property",
       "a=b=c",
       "--user-property",
       "d=",
       "--correlation-data",
       "x",
       "--will-topic",
       "w",
       "--will-user-property",
       "e=f",
       "--receive-maximum",
       "7",
       "--subscription-identifier",
       "9",
       "--disconnect-reason-string",
       "bye",
       "--payload-format",
       "1"});
  CHECK(run.error == "");
  const auto publish = run.settings.publish_properties.view();
  CHECK(publish.text(PropertyId::content_type) == "t");
  CHECK(publish.number(PropertyId::message_expiry_interval) == 5);
  CHECK(publish.number(PropertyId::payload_format_indicator) == 1);
  std::string pairs;
  for (const auto& property : publish)
    if (property.id == PropertyId::user_property)
      pairs += std::string(property.key) + '>' + std::string(property.text) + ';';
  CHECK(pairs == "a>b=c;d>;");
  CHECK(run.settings.plan.session.connect_properties.view().number(PropertyId::receive_maximum) ==
        7);
  CHECK(run.settings.subscribe_properties.view().number(PropertyId::subscription_identifier) == 9);
  CHECK(run.settings.plan.disconnect_properties.view().text(PropertyId::reason_string) == "bye");
  Run malformed;
  malformed({"--user-property", "pair"});
  CHECK(malformed.error == "--user-property: \"pair\" is not KEY=VALUE");
}

TEST_CASE("errors of -D name the property, and never show the value of a secret one") {
  Run range;
  range({"-D", "publish", "message-expiry-interval", "4294967296"});
  CHECK(range.error.starts_with("--property: message-expiry-interval: "));
  Run secret;
  secret({"-D", "connect", "authentication-data@hex", "hunter2"});
  CHECK(secret.error ==
        "--property: authentication-data: what is given, and not shown here, is wrong after @");
  Run file;
  file({"-D", "connect", "authentication-data@file", "/hunter2"});
  CHECK_FALSE(file.error.empty());
  CHECK(file.error.find("hunter2") == std::string::npos);
}

TEST_CASE("a named flag and -D for the same property") {
  Run run;
  run({"--content-type", "t", "-D", "publish", "content-type", "u"});
  CHECK(run.error.starts_with("--property: "));
}
