#include "check/added.hpp"

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using protocol::PropertyId;
using protocol::PropertyList;
using protocol::PropertyPlace;

namespace {

PropertyList with_expiry() {
  PropertyList list(PropertyPlace::publish);
  (void)list.add(PropertyId::message_expiry_interval, 60);
  return list;
}

PropertyList with_content_type() {
  PropertyList list(PropertyPlace::publish);
  (void)list.add(PropertyId::content_type, "text/plain");
  return list;
}

}  // namespace

TEST_CASE("a property that the publisher of a topic has sent was not added") {
  AddedProperties added;
  added.expect("a", {});
  added.expect("a", with_expiry().view());
  added.look_at("a", with_expiry().view());
  CHECK_FALSE(added.finding());
}

TEST_CASE(
    "a property that no publisher of a topic has sent was added: by name, with its statement") {
  AddedProperties added;
  added.expect("a", with_content_type().view());
  added.look_at("a", with_expiry().view());
  REQUIRE(added.finding());
  CHECK(added.finding()->verdict == Verdict::deviates);
  CHECK(added.finding()->observed ==
        "the broker added a Message Expiry Interval of 60 s that the publisher did not send, to a "
        "message to a");
  added.expect("b", {});
  added.look_at("b", with_content_type().view());
  CHECK(added.finding()->verdict == Verdict::fail);
  CHECK(added.finding()->observed.ends_with("to a message to b [MQTT-3.3.2-20]"));
}

TEST_CASE(
    "of topics that others may publish to nothing is said, nor of the server's own properties") {
  AddedProperties added;
  added.look_at("home/stove", with_expiry().view());
  PropertyList own(PropertyPlace::publish);
  (void)own.add(PropertyId::topic_alias, 1);
  (void)own.add(PropertyId::subscription_identifier, 7);
  added.expect("a", {});
  added.look_at("a", own.view());
  CHECK_FALSE(added.finding());
}

TEST_CASE("what was added is taken out of a message, and the rest stays") {
  AddedProperties added;
  added.expect("a", with_expiry().view());
  Message came{"a", "payload"};
  came.properties = with_expiry();
  (void)came.properties.add(PropertyId::content_type, "text/plain");
  added.take_out(came);
  CHECK(came.properties.view() == with_expiry().view());
  CHECK(added.finding());
}

namespace {

PropertyList with_pairs(std::initializer_list<std::string_view> values) {
  PropertyList list(PropertyPlace::publish);
  for (const std::string_view value : values) (void)list.add_user_property("key", value);
  return list;
}

/// A message that was sent with one list and came with another.
Message taken_out(AddedProperties& added, const PropertyList& sent, const PropertyList& came) {
  added.expect("a", sent.view());
  Message message{"a", "payload"};
  message.properties = came;
  added.take_out(message);
  return message;
}

}  // namespace

TEST_CASE("a User Property beside all those that were sent was added") {
  AddedProperties added;
  const Message came = taken_out(added, with_pairs({"1", "2"}), with_pairs({"1", "own", "2"}));
  CHECK(came.properties.view() == with_pairs({"1", "2"}).view());
  REQUIRE(added.finding());
  CHECK(added.finding()->observed.find("a User Property key=own") != std::string::npos);
}

TEST_CASE("one in place of another that was sent is not: it was altered") {
  AddedProperties added;
  const Message came = taken_out(added, with_pairs({"1", "2"}), with_pairs({"1", "other"}));
  CHECK(came.properties.view() == with_pairs({"1", "other"}).view());
  CHECK_FALSE(added.finding());
}

TEST_CASE("a Session Expiry Interval of a server, and a method that nobody asked for") {
  AddedProperties added;
  PropertyList method(PropertyPlace::connack);
  (void)method.add(PropertyId::authentication_method, "PLAIN");
  protocol::ConnAck connack;
  connack.properties = method.view();
  added.look_at(connack, true);
  added.look_at(protocol::Disconnect{});
  CHECK_FALSE(added.finding());
  added.look_at(connack, false);
  REQUIRE(added.finding());
  CHECK(added.finding()->verdict == Verdict::fail);
  CHECK(added.finding()->observed.find("[MQTT-4.12.0-6]") != std::string::npos);
  PropertyList expiry(PropertyPlace::disconnect);
  (void)expiry.add(PropertyId::session_expiry_interval, 5);
  added.look_at(protocol::Disconnect{protocol::ReasonCode::success, expiry.view()});
  CHECK(added.finding()->observed.find("[MQTT-3.14.2-2]") != std::string::npos);
}
