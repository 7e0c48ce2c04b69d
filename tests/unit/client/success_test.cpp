#include <doctest/doctest.h>

#include "unit/client/conversation.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::Version;

namespace {

/// Publishes once connected and closes after the outcome.
void publish_one(Conversation& talk, int qos) {
  talk.recorder.connected = [&talk, qos](const Connected&) {
    CHECK(talk.publish("a", "hello", qos));
    if (qos == 0) talk.close();
  };
  talk.recorder.published = [&talk](const PublishOutcome&) { talk.close(); };
}

}  // namespace

TEST_CASE("a message goes out in every version at every QoS") {
  for (const Version version : {Version::v31, Version::v311, Version::v5}) {
    for (int qos = 0; qos <= 2; ++qos) {
      CAPTURE(name(version));
      CAPTURE(qos);
      Conversation talk("auto until=DISCONNECT; expect CLOSE");
      talk.plan.version = version;
      publish_one(talk, qos);
      CHECK(talk.run_to_the_end());
      CHECK(talk.text() == "");
      CHECK(talk.failures() == "");
      REQUIRE(talk.broker->accepted().size() == 1);
      CHECK(talk.broker->accepted()[0].payload == "hello");
      CHECK(talk.recorder.count("connected " + std::string(name(version)) + " first") == 1);
      CHECK(talk.recorder.count("published 1 0") == (qos == 0 ? 0u : 1u));
    }
  }
}

TEST_CASE("with auto a broker that knows 5.0 gets one connection and no second CONNECT") {
  Conversation talk(
      "expect CONNECT version=5.0; send CONNACK; expect PUBLISH topic=a; expect DISCONNECT");
  publish_one(talk, 0);
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.client->version() == Version::v5);
}

TEST_CASE("CONNECT carries what the plan says" * native_only) {
  Conversation talk(
      "expect CONNECT version=5.0 clean=0 keep-alive=7 client-id=me username=you password=secret "
      "will-topic=w will-payload=gone will-qos=1 will-retain=1 session-expiry-interval=30\n"
      "send CONNACK\nexpect DISCONNECT code=4 reason-string=bye");
  talk.plan.session.clean_start = false;
  talk.plan.session.keep_alive = 7;
  talk.plan.client_identifier = "me";
  talk.plan.username = "you";
  talk.plan.password = "secret";
  talk.plan.session.will.emplace();
  talk.plan.session.will->topic = "w";
  talk.plan.session.will->payload = "gone";
  talk.plan.session.will->qos = protocol::Qos::at_least_once;
  talk.plan.session.will->retain = true;
  REQUIRE(
      talk.plan.session.connect_properties.add(protocol::PropertyId::session_expiry_interval, 30));
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  REQUIRE(properties.add(protocol::PropertyId::reason_string, "bye"));
  talk.recorder.connected = [&](const Connected& connected) {
    CHECK(connected.client_identifier == "me");
    talk.client->close({protocol::ReasonCode::disconnect_with_will_message, properties.view()},
                       std::chrono::seconds(5));
  };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.text() == "");
}

TEST_CASE("3.1 and a session kept in 3.1.1 get a generated client identifier of 23 characters") {
  for (const bool kept : {false, true}) {
    Conversation talk("auto");
    talk.plan.version = kept ? Version::v311 : Version::v31;
    talk.plan.session.clean_start = !kept;
    std::string identifier;
    talk.recorder.connected = [&](const Connected& connected) {
      identifier = connected.client_identifier;
      talk.close();
    };
    CHECK(talk.run());
    CHECK(identifier.size() == 23);
    CHECK(identifier.starts_with("mqtt-toolbox-"));
  }
}

TEST_CASE("messages of every QoS come in their order and are acknowledged") {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE filter=a/# qos=1; send SUBACK id=last "
      "code=1\n"
      "send PUBLISH topic=a/1 payload=x; send PUBLISH topic=a/2 payload=y qos=1 id=5\n"
      "send PUBLISH topic=a/3; expect PUBACK id=5; expect DISCONNECT");
  talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("a/#", 1, 9)); };
  talk.recorder.message = [&](const protocol::Publish& message) {
    if (message.topic != "a/2") return true;
    CHECK(message.qos == protocol::Qos::at_least_once);
    return true;
  };
  talk.recorder.batch_end = [&] {
    if (talk.recorder.count("message") == 3) talk.close();
  };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.recorder.count("subscribed 9 1") == 1);
  CHECK(talk.recorder.count("message a/") == 3);
}

TEST_CASE("a handler that wants no more messages gets none") {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect SUBSCRIBE; send SUBACK id=last code=0\n"
      "send PUBLISH topic=a count=100; expect DISCONNECT; expect CLOSE");
  talk.recorder.connected = [&](const Connected&) { CHECK(talk.subscribe("a", 0, 9)); };
  talk.recorder.message = [&](const protocol::Publish&) {
    talk.close();
    return false;
  };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.recorder.count("message") == 1);
  CHECK(talk.text() == "");
}

TEST_CASE("unsubscribe tells its outcome") {
  Conversation talk(
      "expect CONNECT; send CONNACK; expect UNSUBSCRIBE filter=a; send UNSUBACK id=last code=0x11");
  talk.recorder.connected = [&](const Connected&) {
    const protocol::Bytes filter = "a";
    CHECK(talk.client->unsubscribe({&filter, 1}, {}, 4));
  };
  talk.recorder.batch_end = [&] {
    if (talk.recorder.count("unsubscribed 4 17") == 1) talk.close();
  };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
}

TEST_CASE("a filter that no server takes is refused here") {
  Conversation talk("auto");
  talk.recorder.connected = [&](const Connected&) {
    const auto refused = talk.subscribe("a/#/b", 0, 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::usage);
    const protocol::Bytes filter = "";
    CHECK_FALSE(talk.client->unsubscribe({&filter, 1}, {}, 4));
    talk.close();
  };
  CHECK(talk.run());
}

TEST_CASE("before connect and after the end every call says that it must wait") {
  Conversation talk("auto");
  talk.make();
  CHECK(talk.publish("a", "b", 0)->admission == Admission::would_block);
  CHECK(talk.subscribe("a", 0, 1)->admission == Admission::would_block);
  bool ready = false;
  talk.recorder.ready = [&] {
    ready = true;
    talk.close();
  };
  talk.client->connect();
  CHECK(talk.run());
  CHECK(ready);
  CHECK(talk.publish("a", "b", 0)->admission == Admission::would_block);
  CHECK(talk.client->facts().peer.empty());
}

TEST_CASE("the client may be destroyed in on_closed") {
  Conversation talk("auto");
  talk.recorder.connected = [&](const Connected&) { talk.close(); };
  talk.recorder.ended = [&] { talk.client.reset(); };
  CHECK(talk.run());
}

TEST_CASE("acknowledgements wait for the caller when the plan says so" * native_only) {
  Conversation talk(
      "expect CONNECT; send CONNACK; send PUBLISH topic=a qos=1 id=1 count=3\n"
      "expect PUBACK id=1; expect PUBACK id=2; expect DISCONNECT");
  talk.plan.session.acknowledge_at_once = false;
  talk.recorder.batch_end = [&] {
    if (talk.recorder.count("message") != 3) return;
    talk.client->acknowledge(2);
    talk.close();
  };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
}

TEST_CASE("AUTH goes both ways" * native_only) {
  Conversation talk(
      "expect CONNECT authentication-method=m; send AUTH code=0x18 authentication-method=m\n"
      "expect AUTH code=0x18 authentication-method=m; send CONNACK authentication-method=m");
  REQUIRE(
      talk.plan.session.connect_properties.add(protocol::PropertyId::authentication_method, "m"));
  struct Answering final : Handler {
    Conversation* talk = nullptr;
    bool closed = false;
    void on_connected(const Connected&) override { talk->close(); }
    void on_reconnecting(const Error&, Duration) override {}
    void on_closed(const std::optional<Error>& error) override {
      CHECK_FALSE(error);
      closed = true;
    }
    bool on_message(const protocol::Publish&) override { return true; }
    void on_published(const PublishOutcome&) override {}
    void on_subscribed(Token, const protocol::SubAck&) override {}
    void on_unsubscribed(Token, const protocol::UnsubAck&) override {}
    void on_auth(const protocol::Auth& auth) override { CHECK(talk->client->authenticate(auth)); }
  } answering;
  answering.talk = &talk;
  talk.make(answering);
  talk.client->connect();
  CHECK(talk.run_until([&] { return answering.closed; }));
  CHECK(talk.failures() == "");
}
