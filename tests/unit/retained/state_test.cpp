#include "retained/state.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/topic.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::retained;
using protocol::Qos;

namespace {

struct Stored {
  std::string payload;
  Qos qos = Qos::at_most_once;
};

/// A client whose broker answers when the loop next runs, as far as the test lets it.
class Broker final : public client::Client {
 public:
  explicit Broker(transport::Loop& loop) : loop_(loop) {}

  Result<client::Submission> subscribe(std::span<const protocol::Subscription> filters,
                                       protocol::Properties, client::Token token) override {
    std::vector<protocol::Subscription> asked(filters.begin(), filters.end());
    std::vector<std::string> names;
    for (const auto& filter : filters) names.emplace_back(filter.filter);
    packets.push_back(names.size());
    loop_.defer([this, names, asked, token] {
      before_read();
      std::string codes;
      for (const auto& filter : asked)
        codes += static_cast<char>(std::min(filter.qos, maximum_qos));
      for (std::size_t i = 0; i < names.size(); ++i)
        if (refused.count(names[i]) != 0) codes[i] = static_cast<char>(0x87);
      reader->on_subscribed(token, {1, {}, codes});
      room_ = queue;
      for (std::size_t i = 0; i < names.size(); ++i)
        if (refused.count(names[i]) == 0) send(names[i], asked[i].qos);
    });
    return client::Submission{};
  }
  Result<client::Submission> unsubscribe(std::span<const protocol::Bytes>, protocol::Properties,
                                         client::Token token) override {
    if (answers_unsubscribe) loop_.defer([this, token] { reader->on_unsubscribed(token); });
    return client::Submission{};
  }
  Result<std::uint64_t> ping() override {
    ++pings_;
    if (answers_ping) loop_.defer([this, number = pings_] { reader->on_pinged(number); });
    return pings_;
  }

  void connect() override {}
  Result<client::Submission> publish(const protocol::Publish&, client::Token,
                                     client::Payload) override {
    return client::Submission{};
  }
  void acknowledge(std::size_t) override {}
  void pause_reading(bool) override {}
  Status authenticate(const protocol::Auth&) override { return {}; }
  void close(const protocol::Disconnect&, client::Grace) override {}
  void abort(transport::Ending) override {}
  bool online() const override { return true; }
  protocol::Version version() const override { return protocol::Version::v5; }
  std::size_t pending() const override { return 0; }
  transport::StreamFacts facts() const override { return {}; }
  const session::SendProgress& send_progress() override { return progress_; }

  Reader* reader = nullptr;
  std::map<std::string, Stored> state;
  std::set<std::string> refused;
  Qos maximum_qos = Qos::exactly_once;
  std::size_t most_sent = SIZE_MAX;  ///< of a SUBSCRIBE with wildcards
  std::size_t queue = SIZE_MAX;      ///< what is sent for one SUBSCRIBE; the rest is left out
  bool sends_once = false;           ///< for filters of one SUBSCRIBE that overlap
  bool knows_names = true;           ///< sends what is retained for a topic's own name
  bool answers_unsubscribe = true;
  bool answers_ping = true;
  std::function<void()> before_read = [] {};
  std::vector<std::size_t> packets;  ///< filters in each SUBSCRIBE

 private:
  void send(const std::string& filter, Qos qos) {
    std::size_t sent = 0;
    if (room_ == queue) sent_.clear();
    const auto copy = state;
    for (const auto& [topic, stored] : copy) {
      const bool is_known = filter != topic || knows_names;
      if (!protocol::matches(filter, topic) || !is_known || sent++ >= most_sent) continue;
      if (sends_once && !sent_.insert(topic).second) continue;
      if (room_ == 0) continue;
      --room_;
      protocol::Publish message;
      message.topic = topic;
      message.payload = stored.payload;
      message.qos = std::min({stored.qos, qos, maximum_qos});
      message.retain = true;
      reader->on_message(message);
    }
  }

  transport::Loop& loop_;
  std::uint64_t pings_ = 0;
  std::size_t room_ = SIZE_MAX;
  std::set<std::string> sent_;  ///< for this SUBSCRIBE
  session::SendProgress progress_;
};

/// A state and who reads it.
struct Scene {
  explicit Scene(std::size_t topics = 0) {
    broker.reader = &state.reader();
    for (std::size_t i = 0; i < topics; ++i)
      broker.state["t/" + std::to_string(i)] = {"v" + std::to_string(i), static_cast<Qos>(i % 3)};
  }
  void note_live(const std::string& topic) {
    protocol::Publish message;
    message.topic = topic;
    message.payload = broker.state[topic].payload;
    message.retain = true;
    state.note_live(message);
  }
  const Reading& read(Qos qos, std::vector<std::string> filters = {"#"}) {
    for (const auto& filter : filters) request.filters.push_back({filter, qos});
    state.start(broker, request);
    loop.run_until(loop.now() + std::chrono::seconds(60));
    return reading;
  }

  transport::Loop loop;
  Patience patience{std::chrono::milliseconds(2), std::chrono::milliseconds(100)};
  Broker broker{loop};
  StateReader::Request request;
  Reading reading;
  std::map<std::string, Stored> got;
  std::size_t messages = 0;
  std::optional<Error> error;
  StateReader state{
      loop,
      patience,
      {[](const protocol::Publish&) { return true; },
       [this](const protocol::Publish& message) {
         ++messages;
         got[std::string(message.topic)] = {std::string(message.payload), message.qos};
       },
       [](std::size_t, const protocol::SubAck&) {},
       [this](const Reading& outcome) {
         reading = outcome;
         loop.stop();
       },
       [this](const Error& failure) {
         error = failure;
         loop.stop();
       }}};
};

}  // namespace

TEST_CASE("a state is read whole and once, each message at its own QoS, a window at a time") {
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    Scene scene(100);
    scene.request.window.filters = 7;
    scene.request.packet.filters = 4;
    const Reading& reading = scene.read(qos);
    CHECK_FALSE(doubt(reading));
    CHECK_FALSE(changes(reading));
    CHECK(reading.read == 100);
    CHECK(scene.messages == 100);
    for (const auto& [topic, stored] : scene.broker.state) {
      REQUIRE(scene.got.count(topic) == 1);
      CHECK(scene.got[topic].payload == stored.payload);
      CHECK(scene.got[topic].qos == std::min(stored.qos, qos));
    }
    CHECK(*std::max_element(scene.broker.packets.begin(), scene.broker.packets.end()) <= 4);
  }
}

TEST_CASE("one answer is enough, of UNSUBSCRIBE or of PINGREQ; none is not") {
  Scene pings(3);
  pings.broker.answers_unsubscribe = false;
  CHECK_FALSE(doubt(pings.read(Qos::exactly_once)));
  Scene unsubscribes(3);
  unsubscribes.broker.answers_ping = false;
  CHECK_FALSE(doubt(unsubscribes.read(Qos::exactly_once)));
  Scene mute(3);
  mute.broker.answers_ping = mute.broker.answers_unsubscribe = false;
  CHECK(doubt(mute.read(Qos::at_most_once)) ==
        "3 found; this broker does not tell whether that is all: it answered neither UNSUBSCRIBE "
        "nor PINGREQ");
  CHECK(mute.messages == 3);
}

TEST_CASE("a broker that leaves something else out each time is not believed") {
  Scene scene(50);
  scene.broker.before_read = [&] { ++scene.broker.most_sent; };
  scene.broker.most_sent = 10;
  CHECK(doubt(scene.read(Qos::at_most_once)) ==
        "16 found; that may not be all: the last two reads gave 15 and 16 topics, not the same "
        "ones");
}

TEST_CASE("a queue that leaves out the same messages each time is seen") {
  Scene scene(40);
  scene.broker.queue = 25;
  CHECK(doubt(scene.read(Qos::at_most_once))
            .value_or("")
            .starts_with("25 found; that is not all: the broker leaves out what its queue for a "
                         "client does not hold"));
  CHECK(scene.messages == 25);
}

TEST_CASE("a broker that sends a message once for filters that overlap gives no doubt by that") {
  Scene scene(40);
  scene.broker.sends_once = true;
  CHECK_FALSE(doubt(scene.read(Qos::at_most_once)));
  CHECK(scene.messages == 40);
}

TEST_CASE("topics by their names need no second read once all came") {
  Scene scene(3);
  scene.read(Qos::at_most_once, {"t/0", "t/1", "t/0"});
  CHECK(scene.broker.packets == std::vector<std::size_t>{3});
  CHECK(scene.messages == 2);
  Scene missing(3);
  missing.read(Qos::at_most_once, {"t/0", "none"});
  CHECK(missing.broker.packets == std::vector<std::size_t>{2, 3});
  CHECK(missing.messages == 1);
}

TEST_CASE("what changes and goes while a state is read is counted") {
  Scene scene(4);
  scene.broker.before_read = [&] {
    if (scene.broker.packets.size() != 3) return;  // two reads of the filter, then by name
    scene.broker.state.erase("t/1");
    scene.broker.state["t/2"].payload = "new";
  };
  const Reading& reading = scene.read(Qos::exactly_once);
  CHECK_FALSE(doubt(reading));
  CHECK(changes(reading) == "of 4 retained messages 1 changed and 1 went while they were read");
  CHECK(scene.messages == 3);
  CHECK(scene.got["t/2"].payload == "new");
}

TEST_CASE("what is told live on another connection is not told twice") {
  Scene scene(4);
  scene.request.live_elsewhere = true;
  scene.broker.before_read = [&] {
    if (scene.broker.packets.size() == 1) scene.note_live("t/0");
    if (scene.broker.packets.size() == 3) scene.broker.state["t/2"].payload = "new";
  };
  scene.read(Qos::exactly_once);
  CHECK(scene.messages == 2);
  CHECK(scene.got.count("t/1") + scene.got.count("t/3") == 2);
}

TEST_CASE(
    "what was live has been told with its payload only; the rest is forgotten with the "
    "connection") {
  Scene scene(2);
  scene.request.live_elsewhere = true;
  scene.note_live("t/0");
  scene.broker.state["t/0"].payload = "newer";
  scene.note_live("t/1");
  scene.read(Qos::exactly_once);
  CHECK(scene.messages == 1);
  CHECK(scene.got["t/0"].payload == "newer");
  scene.state.forget_live();
  scene.request = {};
  scene.request.live_elsewhere = true;
  scene.read(Qos::exactly_once);
  CHECK(scene.messages == 3);
}

TEST_CASE("what does not come by its name is not called gone, and is told at QoS 0") {
  Scene scene(4);
  scene.broker.knows_names = false;
  scene.broker.before_read = [&] {
    if (scene.broker.packets.size() == 3) scene.broker.state.erase("t/1");
  };
  const Reading& reading = scene.read(Qos::exactly_once);
  CHECK(doubt(reading) ==
        "3 read, 3 of them at QoS 0: the broker did not send them by their names");
  CHECK(changes(reading) == "of 4 retained messages 0 changed and 1 went while they were read");
  CHECK(scene.messages == 3);
}

TEST_CASE("names that are refused, and a QoS that is not granted, leave a doubt") {
  Scene scene(4);
  scene.broker.refused = {"t/1"};
  CHECK(doubt(scene.read(Qos::exactly_once)) ==
        "3 of 4 read: the broker refused to send the other 1 by their names");
  Scene low(4);
  low.broker.maximum_qos = Qos::at_least_once;
  CHECK(doubt(low.read(Qos::exactly_once)) ==
        "4 read, 4 of them perhaps at a lower QoS: the broker granted no other");
  Scene said(4);
  said.broker.maximum_qos = said.request.maximum_qos = Qos::at_least_once;
  CHECK_FALSE(doubt(said.read(Qos::exactly_once)));
}

TEST_CASE(
    "the window is what the broker says, at most a hundred, and twenty where it says nothing") {
  client::Connected connected;
  client::ConnectPlan plan;
  CHECK(ByName::room(connected, plan).filters == 20);
  connected.limits.receive_maximum = 3;
  CHECK(ByName::room(connected, plan).filters == 3);
  connected.limits.receive_maximum = 5000;
  CHECK(ByName::room(connected, plan).filters == 100);
  REQUIRE(plan.session.connect_properties.add(protocol::PropertyId::receive_maximum, 2u));
  CHECK(ByName::room(connected, plan).filters == 2);
}
