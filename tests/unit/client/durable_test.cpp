#include <doctest/doctest.h>

#include "unit/client/conversation.hpp"
#include "unit/session/fake_store.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::Version;
using session::FakeStore;

namespace {

/// One life of a client with a store, as its broker sees it.
struct Life {
  Life(FakeStore& store_given, std::string_view script, Version version = Version::v5)
      : store(store_given), talk(script) {
    talk.plan.session_use = SessionUse::durable;
    talk.plan.version = version;
    talk.plan.client_identifier = "me";
    talk.client = make_native_client({talk.loop, talk.random, &store}, talk.plan, talk.recorder);
  }

  void publish(int qos, Token token) {
    CHECK(talk.publish("t", "m", qos, token));
    protocol::Publish message;
    message.topic = "t";
    message.payload = "m";
    message.qos = static_cast<protocol::Qos>(qos);
    store.describe(message);
  }

  /// To the end of both sides.
  void live() {
    talk.client->connect();
    CHECK(talk.run_to_the_end());
    CHECK(talk.failures() == "");
  }

  FakeStore& store;
  Conversation talk;
};

}  // namespace

TEST_CASE("nothing is written that the store has not kept") {
  FakeStore store;
  Life life(store,
            "expect CONNECT clean=0 session-expiry-interval=4294967295; send CONNACK\n"
            "expect CLOSE");
  life.talk.recorder.connected = [&](const Connected&) {
    store.fails = true;
    life.publish(1, 0);
  };
  life.live();
  CHECK(life.talk.code() == ExitCode::io);
  CHECK(life.talk.text() == "the disk is full");
}

TEST_CASE("the acknowledgement of PUBREC waits for the store too") {
  FakeStore store;
  Life life(store,
            "expect CONNECT; send CONNACK; expect PUBLISH qos=2 id=1; send PUBREC id=1\n"
            "expect CLOSE");
  life.talk.recorder.connected = [&](const Connected&) { life.publish(2, 0); };
  life.talk.recorder.batch_end = [&] {
    if (store.take().ends_with("released 0")) store.fails = true;
  };
  life.live();
  CHECK(life.talk.code() == ExitCode::io);
}

TEST_CASE("the next client goes on with the session, and ends it when nothing is left") {
  struct Way {
    Version version;
    std::string_view end;
  };
  for (const Way way :
       {Way{Version::v5, "expect DISCONNECT session-expiry-interval=0; expect CLOSE"},
        Way{Version::v311,
            "expect DISCONNECT; expect CLOSE\n"
            "accept; expect CONNECT clean=1 client-id=me; send CONNACK; expect DISCONNECT"}}) {
    CAPTURE(name(way.version));
    FakeStore store;
    Life first(store, "expect CONNECT clean=0; send CONNACK; expect PUBLISH dup=0 id=1; reset",
               way.version);
    first.talk.recorder.connected = [&](const Connected&) { first.publish(1, 0); };
    first.live();
    CHECK(first.talk.code() == ExitCode::lost);

    Life second(store,
                "expect CONNECT clean=0 client-id=me; send CONNACK present=1\n"
                "expect PUBLISH dup=1 id=1; send PUBACK id=1\n" +
                    std::string(way.end),
                way.version);
    second.talk.recorder.published = [&](const PublishOutcome& outcome) {
      CHECK(outcome.token == 0);
      second.talk.close();
    };
    second.live();
    CHECK(second.talk.text() == "");
    CHECK(store.version() == std::nullopt);
  }
}

TEST_CASE("the session stays with the broker while something is in flight") {
  for (const Version version : {Version::v5, Version::v311}) {
    FakeStore store;
    Life life(store,
              "expect CONNECT; send CONNACK; expect PUBLISH; expect DISCONNECT; expect CLOSE",
              version);
    life.talk.recorder.connected = [&](const Connected&) {
      life.publish(1, 0);
      life.talk.close();
    };
    life.live();
    const auto& received = life.talk.broker->received();
    for (const std::string& line : received)
      CHECK(line.find("session-expiry-interval=0") == std::string::npos);
  }
}

TEST_CASE("a store that contradicts itself ends the connection before CONNECT") {
  FakeStore store;
  for (const session::Token token : {0u, 1u}) {
    protocol::Publish message;
    message.topic = "t";
    message.qos = protocol::Qos::at_least_once;
    store.sent(token, 7, Version::v5, false);
    store.describe(message);
  }
  Life life(store, "expect CLOSE");
  life.live();
  CHECK(life.talk.code() == ExitCode::io);
}
