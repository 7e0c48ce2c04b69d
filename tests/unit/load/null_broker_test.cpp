#include "load/null_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>

#include <doctest/doctest.h>

#include "base/base64.hpp"
#include "base/system.hpp"
#include "client/client.hpp"

using namespace mqtt_toolbox;
using client::Connected;
using client::Payload;
using protocol::Version;

namespace {

constexpr Duration longest_test = std::chrono::seconds(30);

/// Publishes `total` messages, or counts what comes.
struct Counter final : client::Handler {
  std::function<void()> connected = [] {};
  std::function<void()> ready = [] {};
  std::function<void()> progress = [] {};
  std::size_t published = 0;
  std::size_t received = 0;
  std::size_t bytes = 0;
  std::string topic;
  bool closed = false;
  std::string text;

  void on_connected(const Connected&) override { connected(); }
  void on_reconnecting(const Error&, Duration) override {}
  void on_closed(const std::optional<Error>& error) override {
    closed = true;
    if (error) text = error->text;
  }
  bool on_message(const protocol::Publish& message) override {
    topic = message.topic;
    bytes += message.payload.size();
    ++received;
    progress();
    return true;
  }
  void on_published(const client::PublishOutcome& outcome) override {
    CHECK(outcome.reason == protocol::ReasonCode::success);
    ++published;
    progress();
  }
  void on_subscribed(client::Token, const protocol::SubAck& suback) override {
    CHECK(suback.codes.size() == 1);
  }
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {
    ++published;
    progress();
  }
  void on_ready() override { ready(); }
};

struct Setting {
  explicit Setting(const load::NullBrokerSettings& settings = {})
      : broker(std::move(*load::NullBroker::start(loop, settings))) {
    plan.transport.host = "127.0.0.1";
    plan.transport.port = broker->port();
    plan.reconnect.attempts = 0;
  }

  /// Runs the client to its end.
  bool run() {
    client = client::make_native_client({loop, random}, plan, counter);
    client->connect();
    return run_until([this] { return counter.closed; });
  }
  bool run_until(const std::function<bool()>& done) {
    const Time deadline = loop.now() + longest_test;
    while (loop.now() < deadline) {
      if (done()) return true;
      loop.run_until(loop.now() + std::chrono::milliseconds(1));
    }
    return false;
  }
  void close() { client->close({}, std::chrono::seconds(10)); }

  transport::Loop loop;
  Random random{1};
  client::ConnectPlan plan;
  Counter counter;
  std::unique_ptr<load::NullBroker> broker;
  std::unique_ptr<client::Client> client;
};

/// Publishes `total` messages of `size` bytes and closes after the last outcome.
void publish_all(Setting& setting, int qos, std::size_t total, std::size_t size) {
  const std::string payload(size, 'p');
  std::size_t sent = 0;
  const auto pump = [&] {
    for (; sent < total; ++sent) {
      protocol::Publish message;
      message.topic = "a/b";
      message.payload = payload;
      message.qos = static_cast<protocol::Qos>(qos);
      const auto submission = setting.client->publish(message, sent, Payload::borrowed);
      REQUIRE(submission);
      if (submission->admission == client::Admission::would_block) return;
    }
    if (qos == 0) setting.close();
  };
  setting.counter.connected = pump;
  setting.counter.ready = pump;
  setting.counter.progress = [&] {
    if (setting.counter.published == total) setting.close();
  };
  CHECK(setting.run());
  CHECK(setting.counter.text == "");
}

/// A plain blocking client for what no proper client sends.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  void send(std::string_view hex) {
    const std::string bytes = *decode_hex(hex);
    REQUIRE(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  /// What has arrived, as hexadecimal digits; "end" after the broker closed.
  std::string take() {
    char buffer[4096];
    const ssize_t size = recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (size == 0) return "end";
    std::string hex;
    if (size > 0) append_hex(hex, {buffer, static_cast<std::size_t>(size)});
    return hex;
  }

 private:
  FileDescriptor socket_;
};

constexpr std::string_view connect_v4 = "100d00044d5154540402003c000178";

std::string answer(Setting& setting, RawClient& client, std::string_view hex) {
  client.send(hex);
  std::string got;
  setting.run_until([&] { return !(got = client.take()).empty(); });
  return got;
}

}  // namespace

TEST_CASE("messages of every version and QoS are counted and answered") {
  for (const Version version : {Version::v31, Version::v311, Version::v5}) {
    for (int qos = 0; qos <= 2; ++qos) {
      CAPTURE(name(version));
      CAPTURE(qos);
      Setting setting;
      setting.plan.version = version;
      publish_all(setting, qos, 5000, 64);
      CHECK(setting.run_until([&] { return setting.broker->connections_open() == 0; }));
      CHECK(setting.broker->messages_received() == 5000);
      CHECK(setting.broker->connections_accepted() == 1);
    }
  }
}

TEST_CASE("payloads of every size around the buffers are counted once") {
  for (const std::size_t size : {0ul, 60'000ul, 131'000ul, 131'072ul, 262'144ul, 3'000'000ul}) {
    for (int qos = 0; qos <= 2; ++qos) {
      CAPTURE(size);
      CAPTURE(qos);
      Setting setting;
      publish_all(setting, qos, 10, size);
      CHECK(setting.run_until([&] { return setting.broker->connections_open() == 0; }));
      CHECK(setting.broker->messages_received() == 10);
    }
  }
}

TEST_CASE("a flood brings each subscriber its messages on a topic of its filter") {
  struct Case {
    Version version;
    std::string_view filter;
    std::string_view topic;
    std::uint32_t bytes;
  };
  const Case cases[] = {
      {Version::v5, "a/+/b/#", "a/x/b/x", 64},
      {Version::v311, "plain", "plain", 0},
      {Version::v5, "$share/group/a/#", "a/x", 100},
      {Version::v5, "big", "big", 300'000},
  };
  for (const Case& one : cases) {
    CAPTURE(one.filter);
    load::NullBrokerSettings settings;
    settings.flood_messages = one.bytes > 1000 ? 20 : 100'003;
    settings.flood_bytes = one.bytes;
    Setting setting(settings);
    setting.plan.version = one.version;
    setting.counter.connected = [&] {
      const protocol::Subscription subscription{one.filter};
      CHECK(setting.client->subscribe({&subscription, 1}, {}, 1));
    };
    setting.counter.progress = [&] {
      if (setting.counter.received == settings.flood_messages) setting.close();
    };
    CHECK(setting.run());
    CHECK(setting.counter.text == "");
    CHECK(setting.counter.received == settings.flood_messages);
    CHECK(setting.counter.bytes == settings.flood_messages * one.bytes);
    CHECK(setting.counter.topic == one.topic);
    CHECK(setting.broker->messages_sent() == settings.flood_messages);
  }
}

TEST_CASE("a flood can end its connection") {
  load::NullBrokerSettings settings;
  settings.flood_messages = 1000;
  settings.close_after_flood = true;
  Setting setting(settings);
  setting.counter.connected = [&] {
    const protocol::Subscription subscription{"a"};
    CHECK(setting.client->subscribe({&subscription, 1}, {}, 1));
  };
  CHECK(setting.run());
  CHECK(setting.counter.received == 1000);
  CHECK(setting.counter.text.find("the broker closed it") != std::string::npos);
}

TEST_CASE("UNSUBSCRIBE and PINGREQ are answered") {
  Setting setting;
  setting.plan.session.keep_alive = 1;
  setting.plan.session.ping_response_timeout = std::chrono::milliseconds(500);
  setting.counter.connected = [&] {
    const protocol::Bytes filter = "a";
    CHECK(setting.client->unsubscribe({&filter, 1}, {}, 1));
  };
  transport::Loop::Timer later(setting.loop, [&] { setting.close(); });
  later.arm(setting.loop.now() + std::chrono::milliseconds(1800));
  CHECK(setting.run());
  CHECK(setting.counter.published == 1);
  CHECK(setting.counter.text == "");
}

TEST_CASE("packets cut at every byte are answered the same") {
  // CONNECT, PUBLISH at QoS 1 and 2, PUBREL, PINGREQ.
  const std::string packets =
      std::string(connect_v4) + "3206000161000170" + "3406000161000270" + "62020002" + "c000";
  const std::string answers =
      "20020000"
      "40020001"
      "50020002"
      "70020002"
      "d000";
  for (std::size_t cut = 1; cut < packets.size() / 2; ++cut) {
    CAPTURE(cut);
    Setting setting;
    RawClient client(setting.broker->port());
    client.send(packets.substr(0, cut * 2));
    std::string got;
    setting.loop.run_until(setting.loop.now());
    client.send(packets.substr(cut * 2));
    CHECK(setting.run_until([&] {
      got += client.take();
      return got.size() >= answers.size();
    }));
    CHECK(got == answers);
    CHECK(setting.broker->messages_received() == 2);
  }
}

TEST_CASE("what is against the protocol ends the connection") {
  for (const std::string_view bad : {
           "3000",          // PUBLISH before CONNECT
           "00",            // a reserved packet type
           "c000",          // PINGREQ before CONNECT
           "30ffffffff7f",  // a length of five bytes
       }) {
    CAPTURE(bad);
    Setting setting;
    RawClient client(setting.broker->port());
    CHECK(answer(setting, client, bad) == "end");
  }
  for (const std::string_view bad : {
           "100d00044d5154540402003c000178",  // a second CONNECT
           "32020005",                        // a topic longer than its packet
           "3205000161"
           "0000",      // packet identifier 0
           "620100",    // PUBREL without packet identifier
           "82020001",  // SUBSCRIBE without filter
       }) {
    CAPTURE(bad);
    Setting setting;
    RawClient client(setting.broker->port());
    CHECK(answer(setting, client, connect_v4) == "20020000");
    CHECK(answer(setting, client, bad) == "end");
  }
}

TEST_CASE("a port that is taken is an error that names it") {
  Setting setting;
  load::NullBrokerSettings settings;
  settings.port = setting.broker->port();
  const auto second = load::NullBroker::start(setting.loop, settings);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ExitCode::unreachable);
  CHECK(second.error().text.find(std::to_string(settings.port)) != std::string::npos);
}
