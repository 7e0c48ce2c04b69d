#include <doctest/doctest.h>

#include "unit/probe/stage.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::probe;

TEST_CASE("the time of a case ends every wait, and makes it inconclusive") {
  Stage stage("accept", protocol::Version::v5, std::chrono::milliseconds(20));
  CHECK_FALSE(stage.scene->wait([] { return false; }, never));
  CHECK(stage.scene->in_trouble());
  const Finding finding = stage.scene->verdict(pass("all is well"));
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed.find("ran out") != std::string::npos);
}

TEST_CASE("patience that ends before the case is no trouble") {
  Stage stage("accept");
  CHECK_FALSE(stage.scene->wait([] { return false; }, std::chrono::milliseconds(5)));
  CHECK_FALSE(stage.scene->in_trouble());
  CHECK(stage.scene->verdict(pass("x")).verdict == Verdict::pass);
}

TEST_CASE("the first trouble stays, and no step is taken after it") {
  Stage stage("accept; expect CONNECT; send CONNACK");
  stage.scene->trouble(unsupported("first"));
  stage.scene->trouble("second");
  CHECK(stage.scene->verdict(pass("")).observed == "first");
  CHECK(stage.scene->verdict(pass("")).verdict == Verdict::unsupported);
  CHECK_FALSE(stage.scene->wire().connect());
  CHECK_FALSE(stage.scene->wait([] { return true; }, never));
}

TEST_CASE("what is no pass tells how the broker ended a connection, once") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect PUBLISH; send DISCONNECT code=0x94; close");
  Wire& wire = stage.scene->connected();
  CHECK_FALSE(wire.try_publish({"a", "x", protocol::Qos::at_least_once}));
  const std::string end = "DISCONNECT 0x94 Topic Alias invalid, with 0 of 1 messages answered";
  CHECK(wire.end()->text == end);
  CHECK(stage.scene->verdict(broken("lost")).observed ==
        "lost; the broker had ended a connection: " + end);
  CHECK(stage.scene->verdict(broken("lost: " + end)).observed == "lost: " + end);
  CHECK(stage.scene->verdict(pass("kept")).observed == "kept");
}

TEST_CASE("topics and identifiers are the scene's own") {
  Stage stage("accept");
  CHECK(stage.scene->topic("a/b") == "prefix/run/any/a/b");
  CHECK(stage.scene->owns("prefix/run/any/x"));
  CHECK_FALSE(stage.scene->owns("prefix/run/other/x"));
  const std::string one = stage.scene->new_identifier();
  CHECK(one != stage.scene->new_identifier());
  CHECK(one.size() <= 23);
  stage.ground.plan.client_identifier = "me";
  CHECK(stage.scene->new_identifier().substr(0, 3) == "me-");
}

TEST_CASE("plans ask for a session of their own or for one that is kept") {
  Stage stage("accept");
  stage.ground.plan.session.will = session::WillSettings{};
  stage.ground.plan.engine = client::Engine::paho;
  const auto plan = stage.scene->plan();
  CHECK(plan.session.clean_start);
  CHECK_FALSE(plan.session.will);
  CHECK(plan.engine == client::Engine::native);
  CHECK(stage.scene->kept_plan().session.connect_properties.view().number(
            protocol::PropertyId::session_expiry_interval) == 60);
}
