#include <algorithm>
#include <arpa/inet.h>
#include <deque>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/base64.hpp"
#include "base/system.hpp"
#include "client/client.hpp"
#include "load/null_broker.hpp"

using namespace mqtt_toolbox;
using protocol::Qos;
using protocol::Version;

namespace {

constexpr Duration longest_test = std::chrono::seconds(30);
using std::chrono::milliseconds;

/// A client that keeps the payloads it receives, and counts outcomes.
struct Member final : client::Handler {
  bool connected = false;
  bool subscribed = false;
  bool closed = false;
  std::optional<ExitCode> failure;
  std::size_t published = 0;
  std::vector<std::string> received;
  std::vector<Qos> levels;
  Time last_arrival{};
  const transport::Loop* loop = nullptr;
  client::ConnectPlan plan;
  std::unique_ptr<client::Client> client;

  void on_connected(const client::Connected&) override { connected = true; }
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override {
    closed = true;
    if (error) failure = error->code;
  }
  bool on_message(const protocol::Publish& message) override {
    received.emplace_back(message.payload);
    levels.push_back(message.qos);
    last_arrival = loop->now();
    return true;
  }
  void on_published(const client::PublishOutcome&) override { ++published; }
  void on_subscribed(client::Token, const protocol::SubAck&) override { subscribed = true; }
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override { subscribed = false; }
  void on_ready() override { ready(); }
  std::function<void()> ready = [] {};
};

struct Room {
  explicit Room(load::NullBrokerSettings settings = {}) {
    settings.route = true;
    broker = std::move(*load::NullBroker::start(loop, settings));
  }
  ~Room() {
    for (Member& member : members) member.client.reset();
  }

  bool run_until(const std::function<bool()>& done) {
    const Time deadline = loop.now() + longest_test;
    while (loop.now() < deadline) {
      if (done()) return true;
      loop.run_until(loop.now() + milliseconds(1));
    }
    return false;
  }
  Member& begin(Version version = Version::v5, std::uint32_t receive_maximum = 0) {
    Member& member = members.emplace_back();
    client::ConnectPlan& plan = member.plan;
    plan.transport.host = "127.0.0.1";
    plan.transport.port = broker->port();
    plan.reconnect.attempts = 0;
    plan.version = version;
    if (receive_maximum != 0)
      REQUIRE(plan.session.connect_properties.add(protocol::PropertyId::receive_maximum,
                                                  receive_maximum));
    member.loop = &loop;
    member.client = client::make_native_client({loop, random}, plan, member);
    member.client->connect();
    return member;
  }
  Member& connect(Version version = Version::v5, std::uint32_t receive_maximum = 0) {
    Member& member = begin(version, receive_maximum);
    REQUIRE(run_until([&] { return member.connected; }));
    return member;
  }
  Member& subscriber(std::string_view filter, Qos qos = Qos::at_most_once,
                     std::uint32_t receive_maximum = 0, Version version = Version::v5) {
    Member& member = connect(version, receive_maximum);
    const protocol::Subscription subscription{filter, qos};
    REQUIRE(member.client->subscribe({&subscription, 1}, {}, 1));
    REQUIRE(run_until([&] { return member.subscribed; }));
    return member;
  }
  void publish(Member& member, std::string_view topic, std::string_view payload,
               Qos qos = Qos::at_most_once) {
    protocol::Publish message;
    message.topic = topic;
    message.payload = payload;
    message.qos = qos;
    REQUIRE(member.client->publish(message, 0, client::Payload::copied));
  }
  /// Publishes 0, 1, 2, ... to "t" and waits until the subscriber has `expected` of them.
  void stream(Member& publisher, Member& subscriber, int count, std::size_t expected,
              Qos qos = Qos::at_most_once) {
    for (int i = 0; i < count; ++i) publish(publisher, "t", std::to_string(i), qos);
    CHECK(run_until([&] { return subscriber.received.size() >= expected; }));
    loop.run_until(loop.now() + milliseconds(5));
    CHECK(subscriber.received.size() == expected);
  }

  transport::Loop loop;
  Random random{1};
  std::unique_ptr<load::NullBroker> broker;
  std::deque<Member> members;
};

/// Subscribes to "t" under 3.1.1 and then reads only when told to.
class SilentSubscriber {
 public:
  explicit SilentSubscriber(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const std::string bytes = *decode_hex("100d00044d5154540402003c0001788206000100017400");
    REQUIRE(::send(socket_.get(), bytes.data(), bytes.size(), 0) ==
            static_cast<ssize_t>(bytes.size()));
  }

  /// Reads what is there; how many bytes came in all.
  std::size_t take() {
    char buffer[65'536];
    for (ssize_t size; (size = recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
      taken_ += static_cast<std::size_t>(size);
    return taken_;
  }

 private:
  FileDescriptor socket_;
  std::size_t taken_ = 0;
};

std::size_t missing(const Member& member, int count) {
  std::size_t lost = 0;
  for (int i = 0; i < count; ++i)
    lost += std::count(member.received.begin(), member.received.end(), std::to_string(i)) == 0;
  return lost;
}

/// Messages that came after one with a higher number.
std::size_t out_of_order(const Member& member) {
  int highest = -1;
  std::size_t late = 0;
  for (const std::string& payload : member.received) {
    late += std::stoi(payload) < highest;
    highest = std::max(highest, std::stoi(payload));
  }
  return late;
}

}  // namespace

TEST_CASE("a message goes to each subscription that matches, at the lower QoS") {
  for (const Qos published : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    for (const Qos asked : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
      Room room;
      Member& one = room.subscriber("a/+/c", asked);
      Member& other = room.subscriber("a/#", asked, 0, Version::v311);
      Member& neither = room.subscriber("b/#", asked);
      Member& publisher = room.connect(Version::v31);
      for (int i = 0; i < 10; ++i) room.publish(publisher, "a/b/c", "hello", published);
      CHECK(room.run_until([&] {
        return one.received.size() == 10 && other.received.size() == 10 &&
               (published == Qos::at_most_once || publisher.published == 10);
      }));
      CHECK(one.received.front() == "hello");
      CHECK(one.levels.back() == std::min(published, asked));
      CHECK(other.levels.back() == std::min(published, asked));
      CHECK(neither.received.empty());
      CHECK(room.broker->counters().received == 10);
      CHECK(room.broker->counters().sent == 20);
    }
  }
}

TEST_CASE("the members of a shared subscription take turns, and a new one joins in") {
  Room room;
  Member& first = room.subscriber("$share/g/t");
  Member& second = room.subscriber("$share/g/t");
  Member& other_group = room.subscriber("$share/h/t");
  Member& publisher = room.connect();
  room.stream(publisher, other_group, 10, 10);
  CHECK(first.received.size() == 5);
  CHECK(second.received.size() == 5);
  Member& third = room.subscriber("$share/g/t");
  room.stream(publisher, other_group, 9, 19);
  CHECK(third.received.size() == 3);
}

TEST_CASE("an ended or unsubscribed client gets nothing more") {
  Room room;
  Member& stays = room.subscriber("t");
  Member& leaves = room.subscriber("t");
  Member& unsubscribes = room.subscriber("t");
  Member& publisher = room.connect();
  leaves.client->close({}, std::chrono::seconds(1));
  const protocol::Bytes filter = "t";
  REQUIRE(unsubscribes.client->unsubscribe({&filter, 1}, {}, 1));
  CHECK(room.run_until([&] { return leaves.closed && !unsubscribes.subscribed; }));
  CHECK(room.run_until([&] { return room.broker->connections_open() == 3; }));
  room.stream(publisher, stays, 5, 5);
  CHECK(unsubscribes.received.empty());
  CHECK(room.broker->counters().sent == 5);
}

TEST_CASE("no more than the Receive Maximum is unacknowledged, and all arrive in order") {
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    Room room;
    Member& subscriber = room.subscriber("t", qos, 3);
    Member& publisher = room.connect();
    room.stream(publisher, subscriber, 500, 500, qos);
    CHECK(missing(subscriber, 500) == 0);
    CHECK(out_of_order(subscriber) == 0);
    CHECK_FALSE(subscriber.closed);
  }
}

TEST_CASE("dropped, duplicated and swapped deliveries are as many as the counters say") {
  load::NullBrokerSettings settings;
  SUBCASE("dropped") {
    settings.faults.drop_every = 10;
  }
  SUBCASE("duplicated") {
    settings.faults.duplicate_every = 10;
  }
  SUBCASE("swapped") {
    settings.faults.swap_every = 10;
  }
  SUBCASE("all of them") {
    settings.faults.drop_every = 7;
    settings.faults.duplicate_every = 11;
    settings.faults.swap_every = 13;
  }
  Room room(settings);
  Member& subscriber = room.subscriber("t");
  Member& publisher = room.connect();
  for (int i = 0; i < 1001; ++i) room.publish(publisher, "t", std::to_string(i));
  const load::NullCounters& counters = room.broker->counters();
  CHECK(room.run_until([&] {
    return counters.received == 1001 &&
           subscriber.received.size() == 1001 - counters.dropped + counters.duplicated;
  }));
  const auto part = [](std::uint32_t every) { return every == 0 ? 0u : 1001u / every; };
  CHECK(counters.dropped == part(settings.faults.drop_every));
  CHECK(counters.duplicated <= part(settings.faults.duplicate_every) + 1);
  CHECK((counters.duplicated > 0) == (settings.faults.duplicate_every > 0));
  CHECK((counters.swapped > 0) == (settings.faults.swap_every > 0));
  CHECK(missing(subscriber, 1001) == counters.dropped);
  CHECK(out_of_order(subscriber) == counters.swapped);
}

TEST_CASE("the last message of a stream is not held back for ever") {
  load::NullBrokerSettings settings;
  settings.faults.swap_every = 3;
  Room room(settings);
  Member& subscriber = room.subscriber("t", Qos::exactly_once);
  Member& publisher = room.connect();
  room.stream(publisher, subscriber, 2, 2, Qos::exactly_once);
  CHECK(out_of_order(subscriber) == 0);
  CHECK(room.broker->counters().swapped == 0);
}

TEST_CASE("everything leaves late by the delay") {
  load::NullBrokerSettings settings;
  settings.faults.delay = milliseconds(50);
  Room room(settings);
  Member& subscriber = room.subscriber("t", Qos::at_least_once);
  Member& publisher = room.connect();
  const Time start = room.loop.now();
  room.publish(publisher, "t", "0", Qos::at_least_once);
  CHECK(room.run_until([&] { return subscriber.received.size() == 1; }));
  CHECK(subscriber.last_arrival - start >= milliseconds(50));
  CHECK(room.run_until([&] { return publisher.published == 1; }));
}

TEST_CASE("CONNACK alone can be late") {
  load::NullBrokerSettings settings;
  settings.faults.connack_delay = milliseconds(60);
  Room room(settings);
  const Time start = room.loop.now();
  Member& publisher = room.connect();
  CHECK(room.loop.now() - start >= milliseconds(60));
  const Time connected = room.loop.now();
  room.publish(publisher, "t", "0", Qos::at_least_once);
  CHECK(room.run_until([&] { return publisher.published == 1; }));
  CHECK(room.loop.now() - connected < milliseconds(60));
}

TEST_CASE("every Nth CONNECT is refused with the reason") {
  for (const Version version : {Version::v5, Version::v311}) {
    load::NullBrokerSettings settings;
    settings.faults.refuse_every = 2;
    settings.faults.refuse_reason = protocol::ReasonCode::not_authorized;
    Room room(settings);
    for (int i = 0; i < 6; ++i) room.begin(version);
    CHECK(room.run_until([&] {
      return std::all_of(room.members.begin(), room.members.end(),
                         [](const Member& member) { return member.connected || member.closed; });
    }));
    const auto refused =
        std::count_if(room.members.begin(), room.members.end(),
                      [](const Member& member) { return member.failure == ExitCode::refused; });
    CHECK(refused == 3);
    CHECK(room.broker->counters().refused == 3);
  }
}

TEST_CASE("a stall halts everything for its time") {
  load::NullBrokerSettings settings;
  settings.faults.stall = milliseconds(40);
  settings.faults.stall_every = milliseconds(100);
  Room room(settings);
  const Time start = room.loop.now();
  CHECK(room.run_until([&] { return room.broker->counters().stalls == 2; }));
  const Duration taken = room.loop.now() - start;
  CHECK(taken >= milliseconds(195));
}

TEST_CASE("a subscriber that does not read stops its publisher, and then gets everything") {
  constexpr std::size_t total = 4000;
  Room room;
  SilentSubscriber subscriber(room.broker->port());
  Member& publisher = room.connect();
  const std::string payload(16'000, 'p');
  std::size_t taken = 0;
  const auto pump = [&] {
    protocol::Publish message;
    message.topic = "t";
    message.payload = payload;
    message.qos = Qos::at_least_once;
    while (taken < total) {
      const auto submission = publisher.client->publish(message, taken, client::Payload::borrowed);
      REQUIRE(submission);
      if (submission->admission == client::Admission::would_block) return;
      ++taken;
    }
  };
  publisher.ready = pump;
  CHECK(room.run_until([&] { return subscriber.take() >= 9; }));  // CONNACK and SUBACK
  pump();
  for (int turns = 0; turns < 300; ++turns) room.loop.run_until(room.loop.now() + milliseconds(1));
  CHECK(publisher.published < total);
  const std::size_t packet = 3 + 2 + 1 + payload.size();
  CHECK(room.run_until([&] { return subscriber.take() == 9 + total * packet; }));
  CHECK(room.run_until([&] { return publisher.published == total; }));
}
