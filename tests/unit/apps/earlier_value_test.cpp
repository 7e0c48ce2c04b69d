#include "will/earlier_value.hpp"

#include <doctest/doctest.h>

#include "unit/check/broker_thread.hpp"
#include "unit/check/stage.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using namespace mqtt_toolbox::will;
using protocol::PropertyId;
using protocol::Qos;
using protocol::Version;

namespace {

constexpr std::string_view topic = "home/stove";

/// A topic at a broker that breaks no rule.
struct Home {
  explicit Home(Version version = Version::v5) {
    run.plan.version = version;
    run.plan.transport.host = "127.0.0.1";
    run.plan.transport.port = broker.port();
    run.topic_prefix = "prefix/run";
    context =
        std::make_unique<CaseContext>(run, Task{&any_case, only_variant}, std::chrono::seconds(30));
    will.topic = topic;
    will.payload = "gone";
    will.retain = true;
  }

  void retain(const Message& message) { CHECK(context->connected().publish(message)); }
  void retain(std::string payload) {
    retain({std::string(topic), std::move(payload), Qos::at_least_once, true});
  }
  std::optional<Message> now() {
    ScriptedClient& client = context->connected();
    CHECK(client.subscribe(std::string(topic)));
    CHECK(client.ping());
    if (client.received().empty()) return {};
    return client.received().front();
  }
  EarlierValue read() {
    auto value = EarlierValue::read(*context, will);
    REQUIRE(value);
    return std::move(*value);
  }

  BrokerThread broker;
  RunContext run;
  std::unique_ptr<CaseContext> context;
  session::WillSettings will;
};

/// With every property that a message can have.
Message full_message() {
  Message message{std::string(topic), std::string("\0on\xFF", 4), Qos::exactly_once, true};
  auto& properties = message.properties;
  (void)properties.add(PropertyId::message_expiry_interval, 1000);
  (void)properties.add(PropertyId::content_type, "a/b");
  (void)properties.add(PropertyId::response_topic, "answers");
  (void)properties.add(PropertyId::correlation_data, std::string_view("\0\1", 2));
  for (const char* value : {"2", "1", "2"}) (void)properties.add_user_property("n", value);
  return message;
}

}  // namespace

TEST_CASE("the earlier value comes back byte for byte, with its properties") {
  Home home;
  home.retain(full_message());
  EarlierValue earlier = home.read();
  CHECK(earlier.losses(*home.context).empty());
  home.retain("gone");
  CHECK(earlier.put_back(*home.context));
  const auto now = home.now();
  REQUIRE(now);
  CHECK(now->payload == full_message().payload);
  CHECK(now->qos == Qos::exactly_once);
  CHECK(earlier.is_there(*now));
  CHECK(earlier.remark().empty());
  const auto expiry = now->properties.view().number(PropertyId::message_expiry_interval);
  REQUIRE(expiry);
  CHECK(*expiry <= 1000);
  CHECK(*expiry > 900);
}

TEST_CASE("what remained of its expiry is put back, and nothing when it has run out") {
  Home home;
  Message message{std::string(topic), "on", Qos::at_least_once, true};
  SUBCASE("remains") {
    (void)message.properties.add(PropertyId::message_expiry_interval, 100);
    home.retain(message);
    EarlierValue earlier = home.read();
    home.retain("gone");
    CHECK(home.context->stay(std::chrono::milliseconds(2100)));
    CHECK(earlier.put_back(*home.context));
    const auto now = home.now();
    REQUIRE(now);
    CHECK(now->properties.view().number(PropertyId::message_expiry_interval).value_or(100) <= 98);
  }
  SUBCASE("has run out") {
    (void)message.properties.add(PropertyId::message_expiry_interval, 2);
    home.retain(message);
    EarlierValue earlier = home.read();
    home.retain("gone");
    CHECK(home.context->stay(std::chrono::milliseconds(2100)));
    CHECK(earlier.put_back(*home.context));
    CHECK_FALSE(home.now());
  }
}

TEST_CASE("a will with the payload of the earlier value leaves neither its QoS nor its expiry") {
  Home home;
  home.will.payload = "same";
  Message message{std::string(topic), "same", Qos::exactly_once, true};
  (void)message.properties.add(PropertyId::message_expiry_interval, 1000);
  SUBCASE("QoS") {}
  SUBCASE("expiry") {
    message.qos = Qos::at_most_once;
  }
  home.retain(message);
  EarlierValue earlier = home.read();
  home.retain({std::string(topic), "same", Qos::at_most_once, true});
  CHECK(earlier.put_back(*home.context));
  ScriptedClient& client = home.context->connected();
  CHECK(client.subscribe(std::string(topic), {.qos = Qos::exactly_once}));
  REQUIRE(client.wait_for(1, std::chrono::seconds(5)));
  CHECK(client.received().front().qos == message.qos);
  CHECK(client.received().front().properties.view().find(PropertyId::message_expiry_interval));
}

TEST_CASE("a topic that held nothing is cleared, once") {
  Home home(Version::v311);
  EarlierValue earlier = home.read();
  CHECK(earlier.losses(*home.context).empty());
  home.retain("gone");
  CHECK(earlier.put_back(*home.context));
  CHECK_FALSE(home.now());
  home.retain("gone");
  CHECK(earlier.put_back(*home.context));
  CHECK(home.now());
}

TEST_CASE("another value stays, and is named") {
  Home home;
  home.retain("on");
  EarlierValue earlier = home.read();
  SUBCASE("with another payload") {
    home.retain("broken");
    CHECK(earlier.put_back(*home.context));
    CHECK(home.now()->payload == "broken");
    CHECK(earlier.remark() ==
          "home/stove holds another value now (6 bytes, \"broken\"), which "
          "stays; before the will it held 2 bytes, \"on\"");
  }
  SUBCASE("with the will's payload and a property that the will has not") {
    Message message{std::string(topic), "gone", Qos::at_least_once, true};
    (void)message.properties.add(PropertyId::content_type, "text/plain");
    home.retain(message);
    CHECK(earlier.put_back(*home.context));
    CHECK(home.now()->payload == "gone");
  }
  SUBCASE("none at all") {
    home.retain("");
    CHECK(earlier.put_back(*home.context));
    CHECK_FALSE(home.now());
    CHECK(earlier.remark() ==
          "home/stove holds nothing any more, and so it stays; before the will it held 2 bytes, "
          "\"on\"");
  }
}

TEST_CASE("a will that clears the topic, or has expired there, is undone too") {
  Home home;
  home.retain("on");
  SUBCASE("of zero bytes") {
    home.will.payload.clear();
  }
  SUBCASE("expired") {
    (void)home.will.properties.add(PropertyId::message_expiry_interval, 1);
  }
  EarlierValue earlier = home.read();
  home.retain("");
  CHECK(earlier.put_back(*home.context));
  REQUIRE(home.now());
  CHECK(home.now()->payload == "on");
}

TEST_CASE("a will that is not retained, with the payload that the topic holds, changes nothing") {
  Home home;
  home.will.retain = false;
  home.retain("gone");
  EarlierValue earlier = home.read();
  CHECK_FALSE(earlier.is_left_by_will(home.now()));
  CHECK(earlier.put_back(*home.context));
  CHECK(home.now());
}

TEST_CASE("what cannot be put back is said before") {
  Home home(Version::v311);
  home.retain("on");
  const auto losses = home.read().losses(*home.context);
  REQUIRE(losses.size() == 1);
  CHECK(losses.front().find("MQTT 3.1.1 shows no properties") == 0);
}

TEST_CASE("a topic that may not be read is no topic for it") {
  Home home;
  home.will.topic = "forbidden/secret/a";
  const auto value = EarlierValue::read(*home.context, home.will);
  REQUIRE_FALSE(value);
  CHECK(value.error().code == ExitCode::rejected);
}
