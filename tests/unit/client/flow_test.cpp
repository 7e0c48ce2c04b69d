#include <doctest/doctest.h>

#include "unit/client/conversation.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;

// Much data, slow peers, and the end with bytes still to write.

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void run_script(Conversation& talk) {
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
}

/// Larger than what the sockets of both sides hold.
constexpr std::size_t much = 16u << 20;

protocol::Publish message_of(std::string_view payload, int qos) {
  protocol::Publish message;
  message.topic = "big";
  message.payload = payload;
  message.qos = static_cast<protocol::Qos>(qos);
  return message;
}

}  // namespace

TEST_CASE("large payloads go out borrowed, in partial writes, whole and unchanged") {
  for (int qos = 0; qos <= 2; ++qos) {
    CAPTURE(qos);
    Conversation talk(
        "expect CONNECT; send CONNACK; stop-reading; wait 20ms; start-reading\n"
        "auto until=DISCONNECT");
    std::string payload(much, '\0');
    Random random(7);
    for (char& byte : payload) byte = static_cast<char>(random());
    talk.recorder.connected = [&](const Connected&) {
      CHECK(talk.client->publish(message_of(payload, qos), 1, Payload::borrowed));
      if (qos == 0) talk.close(std::chrono::seconds(15));
    };
    talk.recorder.published = [&](const PublishOutcome&) { talk.close(); };
    run_script(talk);
    CHECK(talk.text() == "");
    REQUIRE(talk.broker->accepted().size() == 1);
    CHECK((talk.broker->accepted()[0].payload == payload));
  }
}

TEST_CASE("a broker that reads nothing makes publish say would_block, and ready follows") {
  Conversation talk(
      "expect CONNECT; send CONNACK; stop-reading; wait 50ms; start-reading; auto "
      "until=DISCONNECT");
  const std::string payload(8'000, 'x');
  bool blocked = false;
  std::size_t sent = 0;
  const auto pump = [&] {
    while (sent < 2'500) {
      const auto submission = talk.publish("a", payload, 0);
      REQUIRE(submission);
      if (submission->admission == Admission::would_block) {
        blocked = true;
        CHECK(talk.client->pending() > 0);
        return;
      }
      ++sent;
    }
    talk.close(std::chrono::seconds(15));
  };
  talk.recorder.connected = [&](const Connected&) { pump(); };
  talk.recorder.ready = pump;
  run_script(talk);
  CHECK(blocked);
  CHECK(talk.text() == "");
  CHECK(talk.broker->accepted().size() == 2'500);
}

TEST_CASE("publishes from outside the loop go out when it next waits") {
  Conversation talk("auto until=DISCONNECT");
  bool connected = false;
  talk.recorder.connected = [&](const Connected&) { connected = true; };
  talk.make();
  talk.client->connect();
  CHECK(talk.run_until([&] { return connected; }));
  for (int i = 0; i < 3; ++i) CHECK(talk.publish("a", "b", 0));
  CHECK(talk.client->pending() == 3);
  CHECK(talk.run_until([&] { return talk.broker->accepted().size() == 3; }));
  CHECK(talk.client->pending() == 0);
  talk.close();
  CHECK(talk.run_to_the_end());
}

TEST_CASE("a client that does not read makes its broker wait, and loses nothing") {
  constexpr std::size_t total = 30'000;
  Conversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0\n"
      "send PUBLISH topic=a payload-size=1000 count=30000; expect DISCONNECT");
  talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("a", 0, 1)); };
  std::size_t while_paused = 0;
  bool paused = false;
  transport::Loop::Timer resume(talk.loop, [&] {
    paused = false;
    talk.client->pause_reading(false);
  });
  std::size_t received = 0;
  talk.recorder.message = [&](const protocol::Publish&) {
    if (paused) ++while_paused;
    if (++received % 10'000 == 0) {
      paused = true;
      talk.client->pause_reading(true);
      resume.arm(talk.loop.now() + std::chrono::milliseconds(20));
    }
    return true;
  };
  talk.recorder.batch_end = [&] {
    if (received == total) talk.close();
  };
  run_script(talk);
  CHECK(received == total);
  // What the one read had brought already is delivered; Paho's inbox holds a mebibyte.
  CHECK(while_paused < 3 * (talk.plan.engine == Engine::paho ? 1'100 : 70));
}

TEST_CASE("close while paused reads to the end" * native_only) {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0\n"
      "send PUBLISH topic=a payload-size=1000 count=10000; expect DISCONNECT");
  talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("a", 0, 1)); };
  talk.recorder.message = [&](const protocol::Publish&) {
    talk.client->pause_reading(true);
    talk.close();
    return false;
  };
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("message") == 1);
}

TEST_CASE("a pause outlasts its connection: the next CONNACK is read, messages are when it ends" *
          native_only) {
  Conversation talk(
      "expect CONNECT; send CONNACK; send-raw 30 05 00 01 61 00 78 E0 02 8B 00\n"
      "accept; expect CONNECT; send CONNACK; wait 10ms; send PUBLISH topic=b payload=y\n"
      "expect DISCONNECT");
  talk.plan.reconnect.attempts = 10;
  bool resumed = false;
  transport::Loop::Timer resume(talk.loop, [&] {
    resumed = true;
    talk.client->pause_reading(false);
  });
  talk.recorder.connected = [&](const Connected& connected) {
    if (!connected.first) resume.arm(talk.loop.now() + std::chrono::milliseconds(50));
  };
  talk.recorder.message = [&](const protocol::Publish& message) {
    if (message.topic == "a") talk.client->pause_reading(true);
    if (message.topic == "b") {
      CHECK(resumed);
      talk.close();
    }
    return true;
  };
  run_script(talk);
  CHECK(talk.recorder.count("message b") == 1);
  CHECK(talk.recorder.count("connected 5.0 again") == 1);
}

TEST_CASE("bytes that cannot be written within the grace time are told") {
  Conversation talk("expect CONNECT; send CONNACK; stop-reading; wait 300ms");
  const std::string payload(much, 'x');
  talk.recorder.connected = [&](const Connected&) {
    CHECK(talk.client->publish(message_of(payload, 0), 1, Payload::borrowed));
    talk.close(std::chrono::milliseconds(50));
  };
  CHECK(talk.run());
  CHECK(talk.code() == ExitCode::lost);
  CHECK(contains(talk.text(), "bytes could not be written to " + talk.target() + " within 50 ms"));
}

TEST_CASE("a broker that dies under unwritten bytes is told when closing") {
  Conversation talk("expect CONNECT; send CONNACK; stop-reading; wait 20ms; reset");
  const std::string payload(much, 'x');
  talk.recorder.connected = [&](const Connected&) {
    CHECK(talk.client->publish(message_of(payload, 0), 1, Payload::borrowed));
    talk.close();
  };
  CHECK(talk.run());
  CHECK(talk.code() == ExitCode::lost);
}

TEST_CASE("unwritten QoS 0 messages that a loss takes along are told" * native_only) {
  Conversation talk("expect CONNECT; send CONNACK; stop-reading; wait 20ms; reset");
  const std::string payload(much, 'x');
  talk.recorder.connected = [&](const Connected&) {
    CHECK(talk.publish("a", "b", 0));
    CHECK(talk.client->publish(message_of(payload, 0), 1, Payload::borrowed));
  };
  CHECK(talk.run());
  CHECK(talk.code() == ExitCode::lost);
  CHECK(contains(talk.text(), "2 unwritten QoS 0 messages"));
}

TEST_CASE("a broker that goes when all is done does not spoil the end") {
  Conversation talk("expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last; reset");
  talk.recorder.connected = [&](const Connected&) { CHECK(talk.publish("a", "b", 1)); };
  talk.recorder.published = [&](const PublishOutcome&) { talk.close(); };
  CHECK(talk.run());
  CHECK(talk.text() == "");
}

TEST_CASE("a subscriber's DISCONNECT reaches a broker that is still sending" * native_only) {
  for (int i = 0; i < 3; ++i) {
    Conversation talk(
        "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0\n"
        "send PUBLISH topic=a payload-size=1000 count=30000; expect DISCONNECT code=0");
    talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("a", 0, 1)); };
    talk.recorder.message = [&](const protocol::Publish&) {
      talk.close();
      return false;
    };
    run_script(talk);
    CHECK(talk.text() == "");
  }
}

TEST_CASE("abort ends at once, without DISCONNECT" * native_only) {
  for (const auto ending :
       {transport::Ending::fin, transport::Ending::reset, transport::Ending::graceful}) {
    Conversation talk("expect CONNECT; send CONNACK; expect PUBLISH; expect CLOSE");
    talk.recorder.connected = [&](const Connected&) { CHECK(talk.publish("a", "b", 1)); };
    talk.make();
    talk.client->connect();
    CHECK(talk.run_until([&] { return talk.broker->received().size() == 2; }));
    talk.client->abort(ending);
    CHECK_FALSE(talk.recorder.closed);
    run_script(talk);
    CHECK(talk.text() == "");
  }
}

TEST_CASE("a frozen client keeps its connection open until it is destroyed" * native_only) {
  Conversation talk("expect CONNECT; send CONNACK; expect CLOSE");
  talk.recorder.connected = [&](const Connected&) {
    talk.client->abort(transport::Ending::freeze);
  };
  CHECK(talk.run());
  talk.loop.run_until(talk.loop.now() + std::chrono::milliseconds(20));
  CHECK_FALSE(talk.broker->finished());
  talk.client.reset();
  CHECK(talk.run_until([&] { return talk.broker->finished(); }));
  CHECK(talk.failures() == "");
}

TEST_CASE("every packet in both directions can be observed" * native_only) {
  Conversation talk("auto until=DISCONNECT");
  struct Observer final : Handler {
    Conversation* talk = nullptr;
    bool closed = false;
    std::string packets;
    void on_connected(const Connected&) override { CHECK(talk->publish("a", "b", 1)); }
    void on_reconnecting(const Error&, Duration) override {}
    void on_closed(const std::optional<Error>&) override { closed = true; }
    bool on_message(const protocol::Publish&) override { return true; }
    void on_published(const PublishOutcome&) override { talk->close(); }
    void on_subscribed(Token, const protocol::SubAck&) override {}
    void on_unsubscribed(Token, const protocol::UnsubAck&) override {}
    void on_packet(session::Direction direction, const protocol::Frame& frame,
                   protocol::Version) override {
      packets += direction == session::Direction::sent ? " >" : " <";
      packets += name(frame.type());
    }
  } observer;
  observer.talk = &talk;
  talk.plan.session.observe_packets = true;
  talk.make(observer);
  talk.client->connect();
  CHECK(talk.run_until([&] { return observer.closed; }));
  CHECK(observer.packets == " >CONNECT <CONNACK >PUBLISH <PUBACK >DISCONNECT");
}
