#include "check/leftovers.hpp"

#include <doctest/doctest.h>

#include "check/stream.hpp"
#include "unit/check/broker_thread.hpp"
#include "unit/check/stage.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using protocol::Qos;
using protocol::Version;

namespace {

/// Scenes at a broker that breaks no rule.
struct Place {
  explicit Place(Version version) {
    ground.plan.version = version;
    ground.plan.transport.host = "127.0.0.1";
    ground.plan.transport.port = broker.port();
    ground.topic_prefix = "prefix/run";
  }
  std::unique_ptr<Scene> scene() {
    return std::make_unique<Scene>(ground, Task{&any_case, only_variant}, std::chrono::seconds(20));
  }
  /// Whether the broker has a session of that client identifier.
  bool has_session(const std::string& identifier) {
    const auto looking = scene();
    client::ConnectPlan plan = looking->kept_plan();
    plan.client_identifier = identifier;
    plan.session.clean_start = false;
    const Wire& wire = looking->connected(plan);
    CHECK_FALSE(looking->in_trouble());
    return wire.session_present();
  }
  /// What a new subscriber gets from the topic.
  std::vector<Message> retained(const std::string& topic) {
    const auto looking = scene();
    Wire& wire = looking->connected();
    CHECK(wire.subscribe(topic));
    CHECK(wire.ping());
    return wire.received();
  }

  BrokerThread broker;
  Ground ground;
};

void take_away(Place& place) {
  const auto scene = place.scene();
  place.ground.leftovers->take_away(*scene);
  CHECK_FALSE(scene->in_trouble());
}

}  // namespace

TEST_CASE("a kept session that its case did not end is ended afterwards") {
  for (const Version version : {Version::v311, Version::v5}) {
    Place place(version);
    std::string identifier;
    {
      const auto scene = place.scene();
      Wire& wire = scene->connected(scene->kept_plan());
      CHECK(wire.subscribe(scene->topic("a")));
      identifier = wire.identifier();
      wire.cut(transport::Ending::reset);
    }
    CHECK(place.ground.leftovers->text() == "1 session");
    take_away(place);
    CHECK(place.ground.leftovers->empty());
    CHECK_FALSE(place.has_session(identifier));
  }
}

TEST_CASE("sessions that were ended, and those that end by themselves, are no leftovers") {
  Place place(Version::v5);
  const auto scene = place.scene();
  Wire& kept = scene->connected(scene->kept_plan());
  const std::string identifier = kept.identifier();
  end_session(*scene, kept);
  scene->connected().disconnect();
  CHECK(place.ground.leftovers->empty());
  CHECK_FALSE(place.has_session(identifier));
}

TEST_CASE("a DISCONNECT that ends the session is no proof that the broker has read it") {
  Place place(Version::v5);
  const auto scene = place.scene();
  Wire& kept = scene->connected(scene->kept_plan());
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  (void)properties.add(protocol::PropertyId::session_expiry_interval, 0);
  kept.disconnect(protocol::ReasonCode::success, &properties);
  CHECK(place.ground.leftovers->text() == "1 session");
}

TEST_CASE("the session of an identifier that the user has given is left alone") {
  Place place(Version::v5);
  place.ground.plan.client_identifier = "me";
  const auto scene = place.scene();
  client::ConnectPlan plan = scene->kept_plan();
  plan.client_identifier = "me";
  scene->connected(plan).disconnect();
  CHECK(place.ground.leftovers->empty());
}

TEST_CASE("a retained message is a leftover until it is cleared") {
  Place place(Version::v311);
  const auto scene = place.scene();
  const std::string topic = scene->topic("a");
  Wire& wire = scene->connected();
  CHECK(wire.publish({topic, "kept", Qos::at_least_once, true}));
  CHECK(place.ground.leftovers->text() == "1 retained message");
  SUBCASE("by its case") {
    CHECK(wire.publish({topic, "", Qos::at_least_once, true}));
    CHECK(place.ground.leftovers->empty());
  }
  SUBCASE("at the end of the run") {
    take_away(place);
    CHECK(place.ground.leftovers->empty());
  }
  CHECK(place.retained(topic).empty());
}

TEST_CASE("a retained will that comes only when its client is gone is cleared too") {
  for (const Version version : {Version::v311, Version::v5}) {
    Place place(version);
    const auto scene = place.scene();
    client::ConnectPlan plan = scene->plan();
    session::WillSettings will;
    will.topic = scene->topic("will");
    will.payload = "gone";
    will.retain = true;
    plan.session.will = will;
    Wire& victim = scene->connected(plan);
    victim.cut(transport::Ending::freeze);
    CHECK(place.ground.leftovers->text() == "1 retained message");
    take_away(place);
    CHECK(place.ground.leftovers->empty());
    CHECK(place.retained(will.topic).empty());
  }
}

TEST_CASE("a retained will to a topic of the user's is told as such, and a session beside it") {
  Place place(Version::v5);
  const auto scene = place.scene();
  client::ConnectPlan plan = scene->plan();
  session::WillSettings will;
  will.topic = "home/stove";
  will.retain = true;
  plan.session.will = will;
  scene->connected(plan);
  CHECK(place.ground.leftovers->text() == "1 retained will");
  scene->connected(scene->kept_plan());
  CHECK(place.ground.leftovers->text() == "1 session, 1 retained will");
}

TEST_CASE("clients with a will say DISCONNECT when their case is cancelled") {
  Stage stage("accept; expect CONNECT; send CONNACK; expect DISCONNECT; expect CLOSE");
  client::ConnectPlan plan = stage.scene->plan();
  session::WillSettings will;
  will.topic = "home/stove";
  plan.session.will = will;
  CHECK(stage.scene->connected(plan).online());
  transport::Loop::Timer timer(stage.scene->loop(), [&] { stage.scene->cancel(); });
  timer.arm(stage.scene->loop().now());
  CHECK_FALSE(stage.scene->stay(std::chrono::seconds(5)));
  while (!stage.broker->finished()) stage.scene->loop().run_until(never);
  CHECK(stage.broker->failures().empty());
}
