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
    run.plan.version = version;
    run.plan.transport.host = "127.0.0.1";
    run.plan.transport.port = broker.port();
    run.topic_prefix = "prefix/run";
  }
  std::unique_ptr<CaseContext> context() {
    return std::make_unique<CaseContext>(run, Task{&any_case, only_variant},
                                         std::chrono::seconds(20));
  }
  /// Whether the broker has a session of that client identifier.
  bool has_session(const std::string& identifier) {
    const auto looking = context();
    client::ConnectPlan plan = looking->kept_plan();
    plan.client_identifier = identifier;
    plan.session.clean_start = false;
    const ScriptedClient& client = looking->connected(plan);
    CHECK_FALSE(looking->is_aborted());
    return client.session_present();
  }
  /// What a new subscriber gets from the topic.
  std::vector<Message> retained(const std::string& topic) {
    const auto looking = context();
    ScriptedClient& client = looking->connected();
    CHECK(client.subscribe(topic));
    CHECK(client.ping());
    return client.received();
  }

  BrokerThread broker;
  RunContext run;
};

void take_away(Place& place) {
  const auto context = place.context();
  place.run.leftovers->take_away(*context);
  CHECK_FALSE(context->is_aborted());
}

}  // namespace

TEST_CASE("a kept session that its case did not end is ended afterwards") {
  for (const Version version : {Version::v311, Version::v5}) {
    Place place(version);
    std::string identifier;
    {
      const auto context = place.context();
      ScriptedClient& client = context->connected(context->kept_plan());
      CHECK(client.subscribe(context->topic("a")));
      identifier = client.identifier();
      client.cut(transport::Ending::reset);
    }
    CHECK(place.run.leftovers->text() == "1 session");
    take_away(place);
    CHECK(place.run.leftovers->empty());
    CHECK_FALSE(place.has_session(identifier));
  }
}

TEST_CASE("sessions that were ended, and those that end by themselves, are no leftovers") {
  Place place(Version::v5);
  const auto context = place.context();
  ScriptedClient& kept = context->connected(context->kept_plan());
  const std::string identifier = kept.identifier();
  end_session(*context, kept);
  context->connected().disconnect();
  CHECK(place.run.leftovers->empty());
  CHECK_FALSE(place.has_session(identifier));
}

TEST_CASE("a DISCONNECT that ends the session is no proof that the broker has read it") {
  Place place(Version::v5);
  const auto context = place.context();
  ScriptedClient& kept = context->connected(context->kept_plan());
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  (void)properties.add(protocol::PropertyId::session_expiry_interval, 0);
  kept.disconnect(protocol::ReasonCode::success, &properties);
  CHECK(place.run.leftovers->text() == "1 session");
}

TEST_CASE("the session of an identifier that the user has given is left alone") {
  Place place(Version::v5);
  place.run.plan.client_identifier = "me";
  const auto context = place.context();
  client::ConnectPlan plan = context->kept_plan();
  plan.client_identifier = "me";
  context->connected(plan).disconnect();
  CHECK(place.run.leftovers->empty());
}

TEST_CASE("a retained message is a leftover until it is cleared") {
  Place place(Version::v311);
  const auto context = place.context();
  const std::string topic = context->topic("a");
  ScriptedClient& client = context->connected();
  CHECK(client.publish({topic, "kept", Qos::at_least_once, true}));
  CHECK(place.run.leftovers->text() == "1 retained message");
  SUBCASE("by its case") {
    CHECK(client.publish({topic, "", Qos::at_least_once, true}));
    CHECK(place.run.leftovers->empty());
  }
  SUBCASE("at the end of the run") {
    take_away(place);
    CHECK(place.run.leftovers->empty());
  }
  CHECK(place.retained(topic).empty());
}

TEST_CASE("a retained will that comes only when its client is gone is cleared too") {
  for (const Version version : {Version::v311, Version::v5}) {
    Place place(version);
    const auto context = place.context();
    client::ConnectPlan plan = context->plan();
    session::WillSettings will;
    will.topic = context->topic("will");
    will.payload = "gone";
    will.retain = true;
    plan.session.will = will;
    ScriptedClient& process = context->connected(plan);
    process.cut(transport::Ending::freeze);
    CHECK(place.run.leftovers->text() == "1 retained message");
    take_away(place);
    CHECK(place.run.leftovers->empty());
    CHECK(place.retained(will.topic).empty());
  }
}

TEST_CASE("a retained will to a topic of the user's is told as such, and a session beside it") {
  Place place(Version::v5);
  const auto context = place.context();
  client::ConnectPlan plan = context->plan();
  session::WillSettings will;
  will.topic = "home/stove";
  will.retain = true;
  plan.session.will = will;
  context->connected(plan);
  CHECK(place.run.leftovers->text() == "1 retained will");
  context->connected(context->kept_plan());
  CHECK(place.run.leftovers->text() == "1 session, 1 retained will");
}

TEST_CASE("clients with a will say DISCONNECT when their case is cancelled") {
  Stage stage("accept; expect CONNECT; send CONNACK; expect DISCONNECT; expect CLOSE");
  client::ConnectPlan plan = stage.context->plan();
  session::WillSettings will;
  will.topic = "home/stove";
  plan.session.will = will;
  CHECK(stage.context->connected(plan).online());
  transport::Loop::Timer timer(stage.context->loop(), [&] { stage.context->cancel(); });
  timer.arm(stage.context->loop().now());
  CHECK_FALSE(stage.context->stay(std::chrono::seconds(5)));
  while (!stage.broker->finished()) stage.context->loop().run_until(never);
  CHECK(stage.broker->failures().empty());
}
