#include "will/observers.hpp"

#include <doctest/doctest.h>

#include "unit/check/broker_thread.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::check;
using namespace mqtt_toolbox::will;

namespace {

Finding play_nothing(Scene&) {
  return pass("nothing");
}
constexpr Case any_case{"any", "1", "nothing is promised", play_nothing};

/// A scene at that broker, and a jury whose members listen to the given filters.
struct Court {
  explicit Court(const std::vector<std::string>& filters) {
    ground.plan.version = protocol::Version::v5;
    ground.plan.transport.host = "127.0.0.1";
    ground.plan.transport.port = broker.port();
    ground.topic_prefix = "prefix/run";
    scene =
        std::make_unique<Scene>(ground, Task{&any_case, only_variant}, std::chrono::seconds(20));
    std::vector<std::unique_ptr<Witness>> witnesses;
    for (const std::string& filter : filters) {
      witnesses.push_back(
          std::make_unique<Witness>(scene->plan(), std::vector<std::string>{filter}));
      REQUIRE(witnesses.back()->start());
    }
    jury = std::make_unique<Jury>(std::move(witnesses));
  }

  BrokerThread broker;
  Ground ground;
  std::unique_ptr<Scene> scene;
  std::unique_ptr<Jury> jury;
};

void say(Scene& scene, const std::string& topic, const std::string& text) {
  Wire& speaker = scene.connected();
  CHECK(speaker.publish({topic, text, protocol::Qos::at_least_once}));
  speaker.disconnect();
}

}  // namespace

TEST_CASE("witnesses that see the same give one testimony, without the last words") {
  Court court({"prefix/#", "prefix/run/#"});
  Hearing hearing(*court.scene, *court.jury);
  const std::string topic = court.scene->topic("t");
  say(*court.scene, topic, "one");
  CHECK(hearing.wait_for(topic, 1, std::chrono::seconds(5)));
  CHECK(hearing.close(topic));
  const auto seen = hearing.testimony(topic);
  REQUIRE(seen.size() == 1);
  CHECK(seen.front().payload == "one");
  CHECK_FALSE(court.scene->in_trouble());
}

TEST_CASE("witnesses that do not see the same prove nothing") {
  Court court({"prefix/#", "elsewhere"});
  Hearing hearing(*court.scene, *court.jury);
  const std::string topic = court.scene->topic("t");
  say(*court.scene, topic, "one");
  CHECK_FALSE(hearing.wait_for(topic, 1, std::chrono::milliseconds(100)));
  (void)hearing.testimony(topic);
  const Finding finding = court.scene->verdict(pass(""));
  CHECK(finding.verdict == Verdict::inconclusive);
  CHECK(finding.observed.find("disagree") != std::string::npos);
}

TEST_CASE(
    "a topic that the user has named gets no last words, and what it retains does not count") {
  Court court({"home/#"});
  Hearing hearing(*court.scene, *court.jury);
  say(*court.scene, "home/a", "live");
  CHECK(hearing.wait_for("home/a", 1, std::chrono::seconds(5)));
  CHECK(hearing.close("home/a"));
  CHECK(hearing.testimony("home/a").size() == 1);
}

TEST_CASE("a jury says what it may see") {
  Court court({"prefix/#"});
  CHECK(court.jury->granted_qos() == protocol::Qos::exactly_once);
  CHECK(court.jury->may_see("prefix/#"));
}

TEST_CASE("a witness that the broker does not let subscribe cannot start") {
  BrokerThread broker;
  client::ConnectPlan plan;
  plan.version = protocol::Version::v5;
  plan.transport.host = "127.0.0.1";
  plan.transport.port = broker.port();
  Witness witness(plan, {"forbidden/secret/a"});
  const Status started = witness.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ExitCode::rejected);
}
