#include <doctest/doctest.h>

#include "unit/check/stage.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;

TEST_CASE("the time of a case ends every wait, and makes it inconclusive") {
  Stage stage("accept", protocol::Version::v5, std::chrono::milliseconds(20));
  CHECK_FALSE(stage.context->wait([] { return false; }, never));
  CHECK(stage.context->is_aborted());
  const Finding finding = stage.context->verdict(pass("all is well"));
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed.find("ran out") != std::string::npos);
}

TEST_CASE("patience that ends before the case is no trouble") {
  Stage stage("accept");
  CHECK_FALSE(stage.context->wait([] { return false; }, std::chrono::milliseconds(5)));
  CHECK_FALSE(stage.context->is_aborted());
  CHECK(stage.context->verdict(pass("x")).verdict == Verdict::pass);
}

TEST_CASE("the first trouble stays, and no step is taken after it") {
  Stage stage("accept; expect CONNECT; send CONNACK");
  stage.context->abort(unsupported("first"));
  stage.context->abort("second");
  CHECK(stage.context->verdict(pass("")).observed == "first");
  CHECK(stage.context->verdict(pass("")).verdict == Verdict::unsupported);
  CHECK_FALSE(stage.context->client().connect());
  CHECK_FALSE(stage.context->wait([] { return true; }, never));
}

TEST_CASE("what is no pass tells how the broker ended a connection, once") {
  Stage stage(
      "accept; expect CONNECT; send CONNACK; expect PUBLISH; send DISCONNECT code=0x94; close");
  ScriptedClient& client = stage.context->connected();
  CHECK_FALSE(client.try_publish({"a", "x", protocol::Qos::at_least_once}));
  const std::string end = "DISCONNECT 0x94 Topic Alias invalid, with 0 of 1 messages answered";
  CHECK(client.end()->text == end);
  CHECK(stage.context->verdict(broken("lost")).observed ==
        "lost; the broker had ended a connection: " + end);
  CHECK(stage.context->verdict(broken("lost: " + end)).observed == "lost: " + end);
  CHECK(stage.context->verdict(pass("kept")).observed == "kept");
}

TEST_CASE("topics and identifiers are the scene's own") {
  Stage stage("accept");
  CHECK(stage.context->topic("a/b") == "prefix/run/any/a/b");
  CHECK(stage.context->owns("prefix/run/any/x"));
  CHECK_FALSE(stage.context->owns("prefix/run/other/x"));
  const std::string one = stage.context->new_identifier();
  CHECK(one != stage.context->new_identifier());
  CHECK(one.size() <= 23);
  stage.run.plan.client_identifier = "me";
  CHECK(stage.context->new_identifier().substr(0, 3) == "me-");
}

TEST_CASE("plans ask for a session of their own or for one that is kept") {
  Stage stage("accept");
  stage.run.plan.session.will = session::WillSettings{};
  stage.run.plan.engine = client::Engine::paho;
  const auto plan = stage.context->plan();
  CHECK(plan.session.clean_start);
  CHECK_FALSE(plan.session.will);
  CHECK(plan.engine == client::Engine::native);
  CHECK(stage.context->kept_plan().session.connect_properties.view().number(
            protocol::PropertyId::session_expiry_interval) == 60);
}

namespace {

constexpr Timeout short_timeout = must_come_within(std::chrono::milliseconds(5));

/// True when `delay` is over.
std::function<bool()> due_after(CaseContext& context, Duration delay) {
  return [&context, due = context.loop().now() + delay,
          timer = std::make_shared<transport::Loop::Timer>(context.loop(),
                                                           [&context] { context.changed(); })] {
    timer->arm(due);
    return context.loop().now() >= due;
  };
}

}  // namespace

TEST_CASE("a finding that is no pass says how long was waited in vain") {
  Stage stage("accept");
  CHECK_FALSE(stage.context->wait([] { return false; }, std::chrono::milliseconds(100)));
  CHECK(stage.context->verdict(broken("nothing came")).observed.find("nothing came (waited ") == 0);
  CHECK(stage.context->verdict(broken("")).rests_on_silence);
  CHECK(stage.context->verdict(pass("all came")).observed == "all came");
}

TEST_CASE("trouble says it too") {
  Stage stage("accept");
  CHECK_FALSE(stage.context->wait([] { return false; }, std::chrono::milliseconds(100)));
  stage.context->abort("a message was not acknowledged");
  CHECK(stage.context->verdict({}).observed.find("a message was not acknowledged (waited ") == 0);
}

TEST_CASE("what must not come is not waited for in vain") {
  Stage stage("accept");
  CHECK(stage.context->stay(std::chrono::milliseconds(5)));
  CHECK(stage.context->stay_until([] { return true; }, std::chrono::hours(1)));
  CHECK_FALSE(stage.context->verdict(broken("")).rests_on_silence);
}

TEST_CASE("what must come may be late: it is told when it came") {
  Stage stage("accept", protocol::Version::v5, std::chrono::milliseconds(100));
  int began = 0;
  stage.context->allow_late(std::chrono::seconds(5), [&] { ++began; });
  // Later than the case's own time would be over.
  CHECK(stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(200)),
                            short_timeout));
  CHECK(began == 1);
  const Finding finding = stage.context->verdict(pass("it came"));
  CHECK(finding.verdict == Verdict::pass);
  CHECK(finding.observed.find("it came (came after ") == 0);
}

TEST_CASE("where one thing was late, the next may be late too") {
  Stage stage("accept");
  stage.context->allow_late(std::chrono::seconds(5), [] {});
  for (int i = 0; i < 3; ++i)
    CHECK(stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(60)),
                              short_timeout));
  CHECK(stage.context->came_after() >= std::chrono::milliseconds(60));
  CHECK_FALSE(stage.context->is_aborted());
}

TEST_CASE("the time of what is slow is none of the case's") {
  Stage stage("accept", protocol::Version::v5, std::chrono::milliseconds(300));
  stage.context->allow_late(std::chrono::seconds(5), [] {});
  for (int i = 0; i < 4; ++i)
    CHECK(stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(150)),
                              must_come_within(std::chrono::seconds(5))));
  CHECK_FALSE(stage.context->is_aborted());
}

TEST_CASE("after a wait in vain, what is as late as others were is still waited for") {
  Stage stage("accept");
  stage.context->allow_late(std::chrono::milliseconds(300), [] {});
  CHECK(
      stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(60)), short_timeout));
  CHECK_FALSE(stage.context->wait([] { return false; }, short_timeout));
  CHECK(stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(100)),
                            short_timeout));
  const std::string text = stage.context->verdict(broken("nothing came")).observed;
  CHECK(text.find("nothing came (waited ") == 0);
  CHECK(text.find("came after") == std::string::npos);
}

TEST_CASE("a case of which too much is late is inconclusive") {
  Stage stage("accept");
  stage.context->allow_late(std::chrono::milliseconds(200), [] {});
  const auto late = [&] {
    return stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(150)),
                               short_timeout);
  };
  for (int i = 0; i < 100 && late(); ++i) continue;
  const Finding finding = stage.context->verdict(broken("too little came"));
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed.find("so much came late") == 0);
}

TEST_CASE("where a message was not authorized, nothing is the broker's fault") {
  Stage stage("accept");
  protocol::PropertyList said(protocol::PropertyPlace::puback);
  (void)said.add(protocol::PropertyId::reason_string, "ask the\x1B[31m owner");
  stage.context->note_answer_to_publish(protocol::ReasonCode::quota_exceeded, {});
  CHECK(stage.context->verdict(broken("it did not come")).verdict == Verdict::fail);
  stage.context->note_answer_to_publish(protocol::ReasonCode::not_authorized, said.view());
  const Finding finding = stage.context->verdict(broken("it did not come"));
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed ==
        "a message was refused: 0x87 Not authorized: \"ask the\\x1b[31m owner\"; it did not "
        "come");
  CHECK(stage.context->verdict(pass("it came")).observed == "it came");
}

TEST_CASE("a case is patient in vain once, and not for what need not come") {
  Stage stage("accept");
  int began = 0;
  stage.context->allow_late(std::chrono::milliseconds(100), [&] { ++began; });
  const Time begin = stage.context->loop().now();
  CHECK_FALSE(stage.context->wait([] { return false; }, std::chrono::milliseconds(5)));
  CHECK(began == 0);
  CHECK_FALSE(stage.context->wait([] { return false; }, short_timeout));
  CHECK(began == 1);
  CHECK(stage.context->loop().now() - begin >= std::chrono::milliseconds(100));
  CHECK_FALSE(stage.context->wait([] { return false; }, short_timeout));
  CHECK(began == 1);
}

TEST_CASE("a long way to the broker gives each step more time") {
  Stage stage("accept");
  for (int i = 0; i < 50; ++i) stage.run.round_trip->note(std::chrono::milliseconds(50));
  CHECK(stage.context->wait(due_after(*stage.context, std::chrono::milliseconds(150)),
                            std::chrono::milliseconds(5)));
  const Time begin = stage.context->loop().now();
  CHECK(stage.context->stay(Duration{}));
  CHECK(stage.context->loop().now() - begin >= std::chrono::milliseconds(50));
}
