#include <doctest/doctest.h>

#include "unit/client/conversation.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::Version;

// Connections that stood and were lost: reconnects, resumed sessions, subscriptions made again.

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void run_script(Conversation& talk) {
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
}

/// Publishes `total` messages with payloads 0, 1, 2, ... as fast as the client takes them, and
/// closes after the last outcome.
struct Stream {
  Stream(Conversation& conversation, int qos_given, std::size_t total_given)
      : talk(conversation), qos(qos_given), total(total_given) {
    talk.plan.session_use = SessionUse::for_stream;
    talk.plan.reconnect.attempts = 10;
    talk.recorder.connected = [this](const Connected&) { pump(); };
    talk.recorder.ready = [this] { pump(); };
    talk.recorder.published = [this](const PublishOutcome& outcome) {
      CHECK(outcome.reason == protocol::ReasonCode::success);
      duplicates += outcome.may_be_duplicate;
      if (++done == total) talk.close();
    };
  }

  void pump() {
    while (next < total) {
      const auto sent = talk.publish("t", std::to_string(next), qos, next);
      REQUIRE(sent);
      if (sent->admission == Admission::would_block) return;
      ++next;
    }
  }

  Conversation& talk;
  int qos;
  std::size_t total;
  std::size_t next = 0;
  std::size_t done = 0;
  std::size_t duplicates = 0;
};

/// How often each payload was taken over by the broker.
std::vector<std::size_t> taken(const Conversation& talk, std::size_t total) {
  std::vector<std::size_t> counts(total);
  for (const auto& message : talk.broker->accepted()) ++counts.at(std::stoul(message.payload));
  return counts;
}

}  // namespace

TEST_CASE("a broker that dies in mid-stream and keeps the session gets all, and QoS 2 once" *
          native_only) {
  for (const Version version : {Version::v311, Version::v5}) {
    for (const int qos : {1, 2}) {
      for (const std::string_view end : {"answered=no; reset", "answered=no; close", "; reset"}) {
        CAPTURE(name(version));
        CAPTURE(qos);
        CAPTURE(end);
        const std::string dies = "auto until=PUBLISH count=7 " + std::string(end);
        Conversation talk(dies + "; accept; " + dies + "; accept; auto until=DISCONNECT");
        talk.plan.version = version;
        constexpr std::size_t total = 50;
        Stream stream(talk, qos, total);
        CHECK(talk.run());
        CHECK(talk.text() == "");
        CHECK(talk.failures() == "");
        CHECK(stream.done == total);
        CHECK(stream.duplicates == 0);
        CHECK(talk.recorder.count("reconnecting") == 2);
        for (const std::size_t count : taken(talk, total)) {
          CHECK(count >= 1);
          if (qos == 2) CHECK(count == 1);
        }
      }
    }
  }
}

TEST_CASE("a QoS 2 stream that dies between PUBREC and PUBCOMP is taken once") {
  Conversation talk("auto until=PUBREL count=3 answered=no; reset; accept; auto until=DISCONNECT");
  Stream stream(talk, 2, 10);
  run_script(talk);
  CHECK(talk.text() == "");
  for (const std::size_t count : taken(talk, 10)) CHECK(count == 1);
}

TEST_CASE("a broker that dies and forgets the session gets all, and what may be twice is said") {
  Conversation talk(
      "auto until=PUBLISH count=5 answered=no; reset; forget; accept; auto until=DISCONNECT");
  Stream stream(talk, 2, 20);
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(stream.done == 20);
  CHECK(stream.duplicates > 0);
  for (const std::size_t count : taken(talk, 20)) CHECK(count >= 1);
}

TEST_CASE("the session of a stream: how it begins, goes on and ends in 5.0" * native_only) {
  Conversation talk(
      "expect CONNECT version=5.0 clean=1 session-expiry-interval=300\n"
      "send CONNACK assigned-client-identifier=given; expect PUBLISH qos=1 dup=0 payload=0\n"
      "reset; accept; expect CONNECT clean=0 client-id=given session-expiry-interval=300\n"
      "send CONNACK present=1; expect PUBLISH qos=1 dup=1 payload=0; send PUBACK id=last\n"
      "expect DISCONNECT session-expiry-interval=0; expect CLOSE");
  Stream stream(talk, 1, 1);
  run_script(talk);
  CHECK(talk.text() == "");
}

TEST_CASE("the session of a stream: how it begins, goes on and ends in 3.1.1") {
  Conversation talk(
      "expect CONNECT version=3.1.1 clean=0; send CONNACK\n"
      "expect PUBLISH qos=1 dup=0; reset; accept; expect CONNECT clean=0\n"
      "send CONNACK present=1; expect PUBLISH qos=1 dup=1; send PUBACK id=last; expect DISCONNECT\n"
      "accept; expect CONNECT clean=1; send CONNACK; expect DISCONNECT; expect CLOSE");
  talk.plan.version = Version::v311;
  Stream stream(talk, 1, 1);
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("connected") == 2);
}

TEST_CASE("a broker that does not answer the CONNECT that ends a session is not waited for" *
          native_only) {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect PUBLISH; send PUBACK id=last; expect DISCONNECT\n"
      "accept; expect CONNECT clean=1; silence");
  talk.plan.version = Version::v311;
  Stream stream(talk, 1, 1);
  talk.recorder.published = [&](const PublishOutcome&) {
    talk.close(std::chrono::milliseconds(30));
  };
  run_script(talk);
  CHECK(talk.text() == "");
}

TEST_CASE("without reconnects the first loss is the end, and its cause is named" * native_only) {
  struct Case {
    std::string_view end;
    std::string_view text;
  };
  const Case cases[] = {
      {"close", ": the broker closed it"},
      {"reset", "reset by peer"},
      {"send DISCONNECT code=0x8B reason-string=\"back at noon\"; expect CLOSE",
       ": the broker sent DISCONNECT: Server shutting down (0x8B): back at noon"},
      {"send-raw 00 00; expect DISCONNECT code=0x81; expect CLOSE",
       ": the broker violated the protocol: "},
  };
  for (const Case& one : cases) {
    CAPTURE(one.end);
    Conversation talk("expect CONNECT; send CONNACK; expect SUBSCRIBE; " + std::string(one.end));
    talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("a", 0, 1)); };
    run_script(talk);
    CHECK(talk.code() == ExitCode::lost);
    CHECK(contains(talk.text(), one.text));
    CHECK(contains(talk.text(), talk.target()));
    CHECK(talk.recorder.count("reconnecting") == 0);
  }
}

TEST_CASE("a client whose session was taken over does not fight for it") {
  Conversation talk("expect CONNECT; send CONNACK; send DISCONNECT code=0x8E; expect CLOSE");
  talk.plan.reconnect.attempts = 10;
  run_script(talk);
  CHECK(talk.code() == ExitCode::lost);
  CHECK(contains(talk.text(),
                 "Session taken over (0x8E); another client connected with the same "
                 "client identifier"));
  CHECK(talk.recorder.count("reconnecting") == 0);
}

TEST_CASE("a server that has moved is named, not followed") {
  Conversation talk(
      "expect CONNECT; send CONNACK; send DISCONNECT code=0x9C server-reference=other; expect "
      "CLOSE");
  talk.plan.reconnect.attempts = 10;
  run_script(talk);
  CHECK(contains(talk.text(), "Use another server (0x9C); it names another server: other"));
}

TEST_CASE("a server that shuts down is waited for") {
  Conversation talk(
      "expect CONNECT; send CONNACK; send DISCONNECT code=0x8B; expect CLOSE\n"
      "accept; expect CONNECT; send CONNACK code=0x89; expect CLOSE\n"
      "accept; expect CONNECT; close; accept; expect CONNECT; send CONNACK; expect DISCONNECT");
  talk.plan.reconnect.attempts = 10;
  talk.recorder.connected = [&](const Connected& connected) {
    if (!connected.first) talk.close();
  };
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("reconnecting") == 3);
}

TEST_CASE("a reconnect that is refused for good is the end") {
  Conversation talk(
      "expect CONNECT; send CONNACK; reset; accept; expect CONNECT; send CONNACK code=0x87");
  talk.plan.reconnect.attempts = 10;
  run_script(talk);
  CHECK(talk.code() == ExitCode::refused);
  CHECK(contains(talk.text(), "Not authorized (0x87)"));
}

TEST_CASE("a broker that does not come back is given up as lost" * native_only) {
  Conversation talk("expect CONNECT; send CONNACK; reset");
  talk.plan.reconnect.attempts = 2;
  run_script(talk);
  CHECK(talk.code() == ExitCode::lost);
  CHECK(contains(talk.text(), "connection refused; given up after 2 attempts"));
}

TEST_CASE("a connection that has lived long enough gives all attempts back") {
  Conversation talk(
      "expect CONNECT; send CONNACK; reset; accept; expect CONNECT; send CONNACK; reset\n"
      "accept; expect CONNECT; send CONNACK; expect DISCONNECT");
  talk.plan.reconnect.attempts = 1;
  talk.plan.reconnect.settled_after = Duration::zero();
  talk.recorder.connected = [&](const Connected&) {
    if (talk.recorder.count("connected") == 3) talk.close();
  };
  run_script(talk);
  CHECK(talk.text() == "");
}

TEST_CASE("connections that end early are attempts that failed") {
  Conversation talk(
      "expect CONNECT; send CONNACK; reset; accept; expect CONNECT; send CONNACK; reset\n"
      "accept; expect CONNECT; send CONNACK; reset");
  talk.plan.reconnect.attempts = 2;
  run_script(talk);
  CHECK(talk.code() == ExitCode::lost);
  CHECK(contains(talk.text(), "given up after 2 attempts"));
  CHECK(talk.recorder.count("connected") == 3);
}

namespace {

/// The steps of so many connections that begin and end alike.
std::string connections(int count, const std::string& steps) {
  std::string script;
  for (int i = 0; i < count; ++i)
    script += (i == 0 ? "" : "; accept; ") + ("expect CONNECT; send CONNACK; " + steps);
  return script;
}

/// A client that subscribes and is ready for many reconnects.
void subscribe_and_go_on(Conversation& talk) {
  talk.plan.reconnect.attempts = 1000;
  talk.plan.reconnect.maximum = std::chrono::milliseconds(2);
  talk.recorder.connected = [&talk](const Connected& connected) {
    if (connected.first) CHECK(talk.subscribe("a/#", 0, 1));
  };
}

}  // namespace

TEST_CASE("a broker that ends five connections in a row at SUBSCRIBE is given up, and why" *
          native_only) {
  for (const std::string_view end : {"close", "reset", "send DISCONNECT code=0x97; expect CLOSE"}) {
    CAPTURE(end);
    Conversation talk(connections(5, "expect SUBSCRIBE; " + std::string(end)));
    subscribe_and_go_on(talk);
    run_script(talk);
    CHECK(talk.code() == ExitCode::rejected);
    CHECK(contains(talk.text(), "5 connections in a row have ended at SUBSCRIBE to a/#; likely: "));
    CHECK(talk.recorder.count("reconnecting") == 4);
  }
}

TEST_CASE("a packet that is refused five times in a row is the end, with its name" * native_only) {
  struct Case {
    std::string_view bytes;
    std::string_view text;
  };
  const Case cases[] = {{"90 03 00 01 00", "ended at its SUBACK (subscribed to a/#); likely: a "},
                        {"30 06 00 03 61 2f 23 00", "ended at its PUBLISH to a/# (subscribed"}};
  for (const Case& one : cases) {
    CAPTURE(one.bytes);
    Conversation talk(connections(
        5, "expect SUBSCRIBE; send-raw " + std::string(one.bytes) + "; expect DISCONNECT"));
    subscribe_and_go_on(talk);
    run_script(talk);
    CHECK(talk.code() == ExitCode::lost);
    CHECK(contains(talk.text(), one.text));
  }
}

TEST_CASE("a broker that dies after CONNACK is no broker that minds a SUBSCRIBE" * native_only) {
  for (const std::string_view end : {"close", "reset"}) {
    CAPTURE(end);
    Conversation talk(connections(9, std::string(end)) + "; accept; auto until=DISCONNECT");
    subscribe_and_go_on(talk);
    talk.recorder.subscribed = [&](Token) { talk.close(); };
    run_script(talk);
    CHECK(talk.text() == "");
    CHECK(talk.recorder.count("reconnecting") == 9);
  }
}

TEST_CASE("once a SUBSCRIBE was answered, and when all attempts were asked for, it goes on" *
          native_only) {
  for (const bool answered : {true, false}) {
    CAPTURE(answered);
    Conversation talk(
        (answered ? "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0; "
                    "close; accept; "
                  : "") +
        connections(7, "expect SUBSCRIBE; close") + "; accept; auto until=DISCONNECT");
    subscribe_and_go_on(talk);
    if (!answered) talk.plan.ends_at_same_packet = session::BackoffSettings::unlimited;
    const std::size_t wanted = answered ? 2 : 1;
    talk.recorder.subscribed = [&](Token) {
      if (talk.recorder.count("subscribed") == wanted) talk.close();
    };
    run_script(talk);
    CHECK(talk.text() == "");
    std::size_t hints = 0;
    for (const auto& event : talk.recorder.events) hints += contains(event, "in use elsewhere");
    CHECK(hints == 1);
  }
}

TEST_CASE("a PUBLISH that ends five connections in a row is named, also a large one half sent" *
          native_only) {
  for (const std::size_t size : {std::size_t{20}, std::size_t{8} << 20}) {
    CAPTURE(size);
    // After the first reset the client waits until the broker has shown that it lives.
    const std::string end = size == 20 ? "expect PUBLISH; close" : "wait 200ms; reset";
    Conversation talk(connections(5, end));
    subscribe_and_go_on(talk);
    talk.plan.session.inflight_bytes = 64u << 20;
    const std::string payload(size, 'x');
    talk.recorder.connected = [&](const Connected& connected) {
      if (connected.first) CHECK(talk.publish("t", payload, 2));
    };
    run_script(talk);
    CHECK(talk.code() == ExitCode::rejected);
    CHECK(contains(talk.text(), "have ended at PUBLISH to t (QoS 2, "));
    CHECK(contains(talk.text(), "no right to publish there, or a broker"));
  }
}

TEST_CASE("a reconnect keeps to the version that was found") {
  Conversation talk(
      "expect CONNECT version=5.0; close; accept; expect CONNECT version=3.1.1; send CONNACK; "
      "reset\n"
      "accept; expect CONNECT version=3.1.1; send CONNACK; expect DISCONNECT");
  talk.plan.reconnect.attempts = 1;
  talk.recorder.connected = [&](const Connected& connected) {
    if (!connected.first) talk.close();
  };
  run_script(talk);
  CHECK(talk.text() == "");
}

TEST_CASE("a PINGRESP that does not come is a lost connection" * native_only) {
  Conversation talk("expect CONNECT keep-alive=1; send CONNACK; expect PINGREQ; expect CLOSE");
  talk.plan.session.keep_alive = 1;
  talk.plan.session.ping_response_timeout = std::chrono::milliseconds(20);
  run_script(talk);
  CHECK(talk.code() == ExitCode::lost);
  CHECK(contains(talk.text(), "PINGREQ"));
}

TEST_CASE("PINGREQ goes out while reading is paused, and its answer is not missed then" *
          native_only) {
  Conversation talk(
      "expect CONNECT keep-alive=1; send CONNACK; expect PINGREQ; send PINGRESP\n"
      "send PUBLISH topic=a; wait 100ms; expect DISCONNECT");
  talk.plan.session.keep_alive = 1;
  talk.plan.session.ping_response_timeout = std::chrono::milliseconds(30);
  talk.recorder.connected = [&](const Connected&) { talk.client->pause_reading(true); };
  transport::Loop::Timer resume(talk.loop, [&] { talk.client->pause_reading(false); });
  resume.arm(talk.loop.now() + std::chrono::milliseconds(1100));
  talk.recorder.message = [&](const protocol::Publish&) {
    talk.close();
    return true;
  };
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("message a") == 1);
}

TEST_CASE("subscriptions are made again when the session is gone, with their tokens") {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a qos=1 subscription-identifier=7\n"
      "send SUBACK id=last code=1; expect SUBSCRIBE filter=b; send SUBACK id=last code=0\n"
      "expect SUBSCRIBE filter=c; send SUBACK id=last code=0\n"
      "expect UNSUBSCRIBE filter=b; send UNSUBACK id=last code=0; reset\n"
      "accept; expect CONNECT; send CONNACK present=0\n"
      "expect SUBSCRIBE filter=a qos=1 subscription-identifier=7; send SUBACK id=last code=1\n"
      "expect SUBSCRIBE filter=c subscription-identifier=none; send SUBACK id=last code=0x87\n"
      "expect DISCONNECT");
  talk.plan.reconnect.attempts = 10;
  protocol::PropertyList properties(protocol::PropertyPlace::subscribe);
  REQUIRE(properties.add(protocol::PropertyId::subscription_identifier, 7));
  talk.recorder.connected = [&](const Connected& connected) {
    if (!connected.first) return;
    const protocol::Subscription a{"a", protocol::Qos::at_least_once};
    CHECK(talk.client->subscribe({&a, 1}, properties.view(), 11));
    CHECK(talk.subscribe("b", 0, 12));
    CHECK(talk.subscribe("c", 0, 13));
  };
  talk.recorder.subscribed = [&](Token token) {
    const protocol::Bytes b = "b";
    if (token == 13 && talk.recorder.count("subscribed") == 3) {
      CHECK(talk.client->unsubscribe({&b, 1}, {}, 14));
    }
    if (talk.recorder.count("subscribed") == 5) talk.close();
  };
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("subscribed 11 1") == 2);
  CHECK(talk.recorder.count("subscribed 12") == 1);
  CHECK(talk.recorder.count("subscribed 13 135") == 1);
}

TEST_CASE("subscriptions are not made again when the session is present") {
  Conversation talk(
      "expect CONNECT clean=0; send CONNACK; expect SUBSCRIBE filter=a; send SUBACK id=last "
      "code=0\n"
      "reset; accept; expect CONNECT clean=0; send CONNACK present=1; send PUBLISH topic=a\n"
      "expect DISCONNECT");
  talk.plan.reconnect.attempts = 10;
  talk.plan.client_identifier = "me";
  talk.plan.session.clean_start = false;
  talk.plan.session.resume = true;
  talk.recorder.connected = [&](const Connected& connected) {
    if (connected.first) CHECK(talk.subscribe("a", 0, 1));
  };
  talk.recorder.message = [&](const protocol::Publish&) {
    talk.close();
    return true;
  };
  run_script(talk);
  CHECK(talk.recorder.count("subscribed") == 1);
}

TEST_CASE("a SUBSCRIBE without answer is made once on the next connection") {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a; reset\n"
      "accept; expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a; send SUBACK id=last "
      "code=0\n"
      "expect DISCONNECT");
  talk.plan.reconnect.attempts = 10;
  talk.recorder.connected = [&](const Connected& connected) {
    if (connected.first) CHECK(talk.subscribe("a", 0, 1));
  };
  talk.recorder.subscribed = [&](Token) { talk.close(); };
  run_script(talk);
  CHECK(talk.recorder.count("subscribed 1 0") == 1);
}

namespace {

/// One SUBSCRIBE to three filters with the token 7.
void subscribe_to_three(Conversation& talk) {
  std::vector<protocol::Subscription> filters(3);
  filters[0].filter = "aaaaaaaaaa";
  filters[1].filter = "bbbbbbbbbb";
  filters[2].filter = "cccccccccc";
  CHECK(talk.client->subscribe(filters, {}, 7));
}

}  // namespace

TEST_CASE("after a reconnect a SUBSCRIBE is cut to the Maximum Packet Size, answered or not" *
          native_only) {
  const std::string all = "expect SUBSCRIBE filter=aaaaaaaaaa filter=bbbbbbbbbb filter=cccccccccc";
  const std::string cut =
      "\naccept; expect CONNECT; send CONNACK maximum-packet-size=40\n"
      "expect SUBSCRIBE filter=aaaaaaaaaa filter=bbbbbbbbbb; "
      "expect SUBSCRIBE filter=cccccccccc; ";
  std::string script = "expect CONNECT; send CONNACK; " + all + "; ";
  std::size_t answers = 1;
  SUBCASE("answered") {
    answers = 2;
    script += "send SUBACK id=last code=0 code=1 code=2; reset" + cut +
              "send SUBACK id=last code=2; send SUBACK id=2 code=0 code=1; ";
  }
  SUBCASE("not answered") {
    script += "reset" + cut + "send SUBACK id=last code=2; send SUBACK id=2 code=0 code=1; ";
  }
  SUBCASE("answered in part, and the server loses the session once more") {
    script += "reset" + cut + "send SUBACK id=2 code=0 code=1; reset" +
              "\naccept; expect CONNECT; send CONNACK maximum-packet-size=25\n"
              "expect SUBSCRIBE filter=aaaaaaaaaa; expect SUBSCRIBE filter=bbbbbbbbbb\n"
              "expect SUBSCRIBE filter=cccccccccc\n"
              "send SUBACK id=3 code=2; send SUBACK id=4 code=0; send SUBACK id=5 code=1; ";
  }
  Conversation talk(script + "expect DISCONNECT");
  talk.plan.reconnect.attempts = 10;
  talk.recorder.connected = [&](const Connected& connected) {
    if (connected.first) subscribe_to_three(talk);
  };
  talk.recorder.subscribed = [&](Token) {
    if (talk.recorder.count("subscribed") == answers) talk.close();
  };
  run_script(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("subscribed 7 0 1 2") == answers);
}

TEST_CASE("subscriptions are not made again on the first connection when room comes back") {
  Conversation talk("auto until=DISCONNECT");
  Stream stream(talk, 1, 300);
  talk.plan.session_use = SessionUse::as_given;
  talk.plan.session.inflight_messages = std::uint16_t{1};
  talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("other", 0, 1)); };
  talk.recorder.subscribed = [&](Token) { stream.pump(); };
  run_script(talk);
  CHECK(stream.done == 300);
  CHECK(talk.recorder.count("subscribed") == 1);
}

TEST_CASE("close while waiting for the next attempt ends at once") {
  Conversation talk("expect CONNECT; send CONNACK; reset");
  talk.plan.reconnect.attempts = 10;
  talk.plan.reconnect.initial = std::chrono::hours(1);
  talk.plan.reconnect.maximum = std::chrono::hours(1);
  talk.recorder.reconnecting = [&] { talk.close(); };
  run_script(talk);
  CHECK(talk.text() == "");
}

TEST_CASE("what had no outcome is counted to the end") {
  for (const Version version : {Version::v311, Version::v5}) {
    CAPTURE(name(version));
    const std::string_view clearing = version == Version::v5 ? "" : "; accept; auto";
    Conversation talk(
        "expect CONNECT; send CONNACK; expect PUBLISH; expect PUBLISH; expect PUBLISH\n"
        "expect DISCONNECT" +
        std::string(clearing));
    talk.plan.version = version;
    talk.plan.session_use = SessionUse::for_stream;
    talk.recorder.connected = [&](const Connected&) {
      for (int i = 0; i < 3; ++i) CHECK(talk.publish("a", "b", 1));
      talk.close();
    };
    std::size_t left = 0;
    talk.recorder.ended = [&] { left = talk.client->pending(); };
    run_script(talk);
    CHECK(talk.text() == "");
    CHECK(left == 3);
  }
}
