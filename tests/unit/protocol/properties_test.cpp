#include "protocol/properties.hpp"

#include <cctype>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/base64.hpp"
#include "unit/protocol/bytes_of.hpp"

namespace mqtt_toolbox::protocol {
namespace {

/// MQTT 5.0 table 2-4 again, as text, so that a slip in the one table shows. Places in the order of
/// their packet types, Will last; a star where a property may stand more than once.
constexpr std::string_view table_2_4 = R"(
01 Payload Format Indicator: byte in PUBLISH Will
02 Message Expiry Interval: four bytes in PUBLISH Will
03 Content Type: string in PUBLISH Will
08 Response Topic: string in PUBLISH Will
09 Correlation Data: binary in PUBLISH Will
0b Subscription Identifier: variable in PUBLISH* SUBSCRIBE
11 Session Expiry Interval: four bytes in CONNECT CONNACK DISCONNECT
12 Assigned Client Identifier: string in CONNACK
13 Server Keep Alive: two bytes in CONNACK
15 Authentication Method: string in CONNECT CONNACK AUTH
16 Authentication Data: binary in CONNECT CONNACK AUTH
17 Request Problem Information: byte in CONNECT
18 Will Delay Interval: four bytes in Will
19 Request Response Information: byte in CONNECT
1a Response Information: string in CONNACK
1c Server Reference: string in CONNACK DISCONNECT
1f Reason String: string in CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH
21 Receive Maximum: two bytes in CONNECT CONNACK
22 Topic Alias Maximum: two bytes in CONNECT CONNACK
23 Topic Alias: two bytes in PUBLISH
24 Maximum QoS: byte in CONNACK
25 Retain Available: byte in CONNACK
26 User Property: pair in CONNECT* CONNACK* PUBLISH* PUBACK* PUBREC* PUBREL* PUBCOMP* SUBSCRIBE* SUBACK* UNSUBSCRIBE* UNSUBACK* DISCONNECT* AUTH* Will*
27 Maximum Packet Size: four bytes in CONNECT CONNACK
28 Wildcard Subscription Available: byte in CONNACK
29 Subscription Identifier Available: byte in CONNACK
2a Shared Subscription Available: byte in CONNACK
)";

std::string as_text(const PropertyRow& row) {
  const std::vector<std::string> kinds{"byte",   "two bytes", "four bytes", "variable",
                                       "string", "binary",    "pair"};
  std::string text;
  const char id = static_cast<char>(row.id);
  append_hex(text, Bytes(&id, 1));
  text.append(" ").append(row.name).append(": ");
  text += kinds[static_cast<std::size_t>(row.kind)] + " in";
  for (unsigned place = 1; place <= 16; ++place) {
    if ((row.places >> place & 1) == 0) continue;
    text += ' ';
    text += place == 16 ? "Will" : name(static_cast<PacketType>(place));
    if ((row.repeatable >> place & 1) != 0) text += '*';
  }
  return text + "\n";
}

TEST_CASE("the table is the standard's") {
  std::string text = "\n";
  for (const PropertyRow& row : property_rows()) text += as_text(row);
  CHECK(text == table_2_4);
}

std::string folded(std::string_view name, char separator) {
  std::string text;
  for (const char c : name)
    text += c == ' ' ? separator : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

TEST_CASE("the rows of the table are sound and their names follow from one another") {
  std::set<std::string_view> flags;
  std::set<std::string_view> keys;
  for (const PropertyRow& row : property_rows()) {
    CAPTURE(row.name);
    CHECK(row.flag_name == folded(row.name, '-'));
    const bool is_list = row.repeatable != 0;
    const std::string base = folded(row.name, '_');
    const std::string key = is_list ? base.substr(0, base.size() - 1) : base;
    CHECK(row.json_name.starts_with(key));
    CHECK(row.json_name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(flags.insert(row.flag_name).second);
    CHECK(keys.insert(row.json_name).second);
    CHECK(property_row(row.id) == &row);
    CHECK(property_row_by_flag(row.flag_name) == &row);
    CHECK((row.repeatable & ~row.places) == 0);
    CHECK(row.low <= row.high);
    CHECK((row.kind <= PropertyKind::variable_byte_integer) == (row.high > 0));
  }
}

TEST_CASE("unknown properties have no row") {
  for (const int id : {0x00, 0x04, 0x0A, 0x10, 0x20, 0x2B, 0x7F, 0xFF})
    CHECK(property_row(static_cast<PropertyId>(id)) == nullptr);
  CHECK(property_row_by_flag("no-such-property") == nullptr);
  CHECK(property_row_by_flag("") == nullptr);
}

TEST_CASE("properties are found by identifier and iterated in order") {
  const std::string encoded =
      bytes_of("0101 02 0000000A 26 0001 6B 0001 76 0B 8101 0B05 09 0001 00");
  const auto properties = Properties::parse(encoded, PropertyPlace::publish);
  REQUIRE(properties);
  CHECK(properties->number(PropertyId::payload_format_indicator) == 1);
  CHECK(properties->number(PropertyId::message_expiry_interval) == 10);
  CHECK(properties->number(PropertyId::subscription_identifier) == 129);
  CHECK(properties->text(PropertyId::correlation_data) == Bytes("\0", 1));
  CHECK(properties->text(PropertyId::content_type) == std::nullopt);
  CHECK(properties->find(PropertyId::user_property)->key == "k");
  CHECK(properties->find(PropertyId::user_property)->text == "v");
  std::vector<PropertyId> order;
  for (const Property& property : *properties) order.push_back(property.id);
  CHECK(order == std::vector{PropertyId::payload_format_indicator,
                             PropertyId::message_expiry_interval, PropertyId::user_property,
                             PropertyId::subscription_identifier,
                             PropertyId::subscription_identifier, PropertyId::correlation_data});
}

TEST_CASE("no properties") {
  const Properties none;
  CHECK(none.empty());
  CHECK_FALSE(none.begin() != none.end());
  CHECK(Properties::parse("", PropertyPlace::connect).value() == none);
}

TEST_CASE("iterating something malformed ends") {
  int count = 0;
  for (const Property& property : Properties(Bytes("\x01\x01\x02\x00", 4)))
    count += property.number == 1 ? 1 : 100;
  CHECK(count == 1);
}

TEST_CASE("PropertyList encodes what Properties::parse accepts") {
  PropertyList list(PropertyPlace::publish);
  CHECK(list.empty());
  REQUIRE(list.add(PropertyId::payload_format_indicator, 1U));
  REQUIRE(list.add(PropertyId::topic_alias, 0x102U));
  REQUIRE(list.add(PropertyId::message_expiry_interval, 0x01020304U));
  REQUIRE(list.add(PropertyId::subscription_identifier, 300U));
  REQUIRE(list.add(PropertyId::content_type, Bytes("x")));
  REQUIRE(list.add_user_property("k", "v"));
  REQUIRE(list.add_user_property("k", "v"));
  CHECK(list.view().encoded() == bytes_of("0101 23 0102 02 01020304 0B AC02 03 0001 78 "
                                          "26 0001 6B 0001 76 26 0001 6B 0001 76"));
  CHECK(Properties::parse(list.view().encoded(), list.place()).value() == list.view());
}

std::optional<Fault> fault(const tl::expected<void, Fault>& added) {
  return added ? std::nullopt : std::optional(added.error());
}

TEST_CASE("PropertyList refuses what the packet could not carry, and stays as it was") {
  PropertyList list(PropertyPlace::publish);
  REQUIRE(list.add(PropertyId::topic_alias, 1U));
  const std::string before(list.view().encoded());
  const std::string long_text(65'536, 'x');
  CHECK(fault(list.add(PropertyId::topic_alias, 2U)) == Fault::property_repeated);
  CHECK(fault(list.add(PropertyId::maximum_qos, 1U)) == Fault::property_not_for_packet);
  CHECK(fault(list.add(static_cast<PropertyId>(4), 1U)) == Fault::property_unknown);
  CHECK(fault(list.add(static_cast<PropertyId>(4), Bytes("x"))) == Fault::property_unknown);
  CHECK(fault(list.add(PropertyId::payload_format_indicator, 2U)) ==
        Fault::property_value_out_of_range);
  CHECK(fault(list.add(PropertyId::subscription_identifier, 268'435'456U)) ==
        Fault::property_value_out_of_range);
  CHECK(fault(list.add(PropertyId::content_type, 1U)) == Fault::property_value_out_of_range);
  CHECK(fault(list.add(PropertyId::user_property, Bytes("x"))) ==
        Fault::property_value_out_of_range);
  CHECK(fault(list.add(PropertyId::payload_format_indicator, Bytes("1"))) ==
        Fault::property_value_out_of_range);
  CHECK(fault(list.add(PropertyId::content_type, Bytes("\xFF"))) == Fault::string_not_utf8);
  CHECK(fault(list.add(PropertyId::content_type, Bytes(long_text))) == Fault::string_too_long);
  CHECK(fault(list.add(PropertyId::correlation_data, Bytes(long_text))) == Fault::string_too_long);
  CHECK(fault(list.add(PropertyId::response_topic, Bytes("a/+"))) ==
        Fault::response_topic_has_wildcard);
  CHECK(fault(list.add_user_property(Bytes("\0", 1), "")) == Fault::string_contains_nul);
  CHECK(fault(list.add_user_property("", "\xFF")) == Fault::string_not_utf8);
  CHECK(list.view().encoded() == before);
  PropertyList other(PropertyPlace::publish);
  CHECK(fault(other.add(PropertyId::topic_alias, 0U)) == Fault::topic_alias_zero);
}

TEST_CASE("set replaces in place or adds; remove takes all away") {
  PropertyList list(PropertyPlace::publish);
  REQUIRE(list.add(PropertyId::subscription_identifier, 1U));
  REQUIRE(list.add_user_property("a", "b"));
  REQUIRE(list.add(PropertyId::subscription_identifier, 2U));
  REQUIRE(list.set(PropertyId::subscription_identifier, 300U));
  CHECK(list.view().encoded() == bytes_of("0B AC02 26 0001 61 0001 62 0B 02"));
  REQUIRE(list.set(PropertyId::topic_alias, 5U));
  CHECK(list.view().number(PropertyId::topic_alias) == 5);
  CHECK(fault(list.set(PropertyId::topic_alias, 0U)) == Fault::topic_alias_zero);
  CHECK(fault(list.set(PropertyId::maximum_qos, 0U)) == Fault::property_not_for_packet);
  CHECK(list.view().number(PropertyId::topic_alias) == 5);
  list.remove(PropertyId::subscription_identifier);
  CHECK(list.view().encoded() == bytes_of("26 0001 61 0001 62 23 0005"));
  list.remove(PropertyId::content_type);
  CHECK(list.view().encoded() == bytes_of("26 0001 61 0001 62 23 0005"));
  list.clear();
  CHECK(list.empty());
}

}  // namespace
}  // namespace mqtt_toolbox::protocol
