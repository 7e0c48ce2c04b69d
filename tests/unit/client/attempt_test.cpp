#include <doctest/doctest.h>

#include "unit/client/conversation.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using protocol::Version;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Runs the script to its end against a client that closes once connected.
void connect_and_close(Conversation& talk) {
  talk.recorder.connected = [&talk](const Connected&) { talk.close(); };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
}

constexpr std::string_view then_older =
    "accept; expect CONNECT version=3.1.1; send CONNACK; expect DISCONNECT";

}  // namespace

TEST_CASE("auto falls back to 3.1.1 after every refusal that real brokers give") {
  const std::string_view refusals[] = {
      "send CONNACK as=3.1.1 code=1; expect CLOSE",  // a broker of 3.1.1
      "send-raw 20 02 00 84; expect CLOSE",          // the form of 3.1.1, the code of 5.0
      "send CONNACK code=0x84; expect CLOSE",        // a broker of 5.0 that has it switched off
      "send-raw 20 03 00 01 00; expect CLOSE",       // the code of 3.1.1, the form of 5.0 (Netty)
      "send-raw 20 03 00 05 00; close",              // and another one of its codes
      "send CONNACK as=3.1.1 code=5; expect CLOSE",  // the older form with another code
      "send CONNACK as=3.1.1 code=1; close",
      "close",
      "reset",
  };
  for (const std::string_view refusal : refusals) {
    CAPTURE(refusal);
    Conversation talk("expect CONNECT version=5.0; " + std::string(refusal) + "; " +
                      std::string(then_older));
    connect_and_close(talk);
    CHECK(talk.text() == "");
    CHECK(talk.client->version() == Version::v311);
    CHECK(talk.recorder.events.front() == "connected 3.1.1 first");
  }
}

TEST_CASE("auto falls back after silence, when that can do no harm" * native_only) {
  Conversation talk("expect CONNECT version=5.0; expect CLOSE; " + std::string(then_older));
  talk.plan.silence_timeout = std::chrono::milliseconds(20);
  connect_and_close(talk);
  CHECK(talk.text() == "");
}

TEST_CASE("part of a CONNACK is no silence" * native_only) {
  Conversation talk(
      "expect CONNECT version=5.0; send-raw 20; wait 100ms; send-raw 03 00 00 00\n"
      "auto until=DISCONNECT");
  talk.plan.silence_timeout = std::chrono::milliseconds(20);
  talk.recorder.connected = [&](const Connected&) { talk.close(); };
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.recorder.events.front() == "connected 5.0 first");
}

TEST_CASE("when a second CONNECT could do harm silence is the end, and the text names the mend" *
          native_only) {
  Conversation talk("expect CONNECT version=5.0; expect CLOSE");
  talk.plan.fall_back_after_silence = false;
  talk.plan.silence_timeout = std::chrono::milliseconds(5);
  talk.plan.connack_timeout = std::chrono::milliseconds(30);
  connect_and_close(talk);
  CHECK(talk.code() == ExitCode::unreachable);
  CHECK(talk.text() == "the broker at " + talk.target() +
                           " did not answer CONNECT within 30 ms; if it does not know MQTT 5.0, "
                           "give -V 311");
}

TEST_CASE("silence in both versions is told with both" * native_only) {
  Conversation talk("expect CONNECT; expect CLOSE; accept; expect CONNECT; expect CLOSE");
  talk.plan.silence_timeout = std::chrono::milliseconds(5);
  talk.plan.connack_timeout = std::chrono::milliseconds(30);
  connect_and_close(talk);
  CHECK(talk.code() == ExitCode::unreachable);
  CHECK(contains(talk.text(), "did not answer CONNECT within 30 ms (5.0, then 3.1.1)"));
}

TEST_CASE("a version that was chosen is the only one tried") {
  Conversation talk("expect CONNECT version=5.0; close");
  talk.plan.version = Version::v5;
  connect_and_close(talk);
  CHECK(talk.code() == ExitCode::refused);
  CHECK(talk.text() ==
        "the broker at " + talk.target() +
            " closed the connection without answering CONNECT; likely: a TLS port (use --tls or "
            "mqtts://), another protocol version (-V 311) or an access rule");
}

TEST_CASE("a close in both versions names both" * native_only) {
  Conversation talk("expect CONNECT; close; accept; expect CONNECT; reset");
  connect_and_close(talk);
  CHECK(talk.code() == ExitCode::refused);
  CHECK(contains(talk.text(), "reset the connection without answering CONNECT (5.0, then 3.1.1)"));
  CHECK_FALSE(contains(talk.text(), "-V"));
}

TEST_CASE("a refusal comes with its name, its code, the server's words and the mend" *
          native_only) {
  struct Case {
    std::string_view answer;
    Version version;
    std::string_view text;
  };
  const Case cases[] = {
      {" CONNACK code=0x86 reason-string=\"no such user\"", Version::v5,
       "refused the connection: Bad User Name or Password (0x86): no such user; check the user "
       "name "
       "and the password"},
      {" CONNACK code=4", Version::v311,
       "refused the connection: Bad User Name or Password (return code 4); check the user name and "
       "the password"},
      {" CONNACK code=0x87", Version::v5,
       "refused the connection: Not authorized (0x87); check the user name, the password and the "
       "broker's access rules"},
      {" CONNACK code=2", Version::v311,
       "refused the connection: Client Identifier not valid (return code 2); choose another client "
       "identifier with -i"},
      {" CONNACK code=1", Version::v311,
       "refused the connection: Unsupported Protocol Version (return code 1); choose another "
       "version "
       "with -V"},
      {" CONNACK code=0x9D server-reference=other:1883", Version::v5,
       "refused the connection: Server moved (0x9D); it names another server: other:1883"},
      {" CONNACK code=0x89", Version::v5,
       "refused the connection: Server busy (0x89); try again later"},
      {" CONNACK code=3", Version::v31,
       "refused the connection: Server unavailable (return code 3); try again later"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.answer);
    Conversation talk("expect CONNECT; send" + std::string(one.answer) + "; expect CLOSE");
    talk.plan.version = one.version;
    connect_and_close(talk);
    CHECK(talk.code() == ExitCode::refused);
    CHECK(talk.text() == "the broker at " + talk.target() + " " + std::string(one.text));
  }
}

TEST_CASE("a server's words cannot write to the terminal" * native_only) {
  Conversation talk(
      "expect CONNECT; send-raw 20 0d 00 87 0a 1f 00 07 1b 5b 33 31 6d 68 69; expect CLOSE");
  talk.plan.version = Version::v5;
  connect_and_close(talk);
  CHECK(contains(talk.text(), "\\x1b[31mhi"));
}

TEST_CASE("what is no MQTT broker is told from its first bytes" * native_only) {
  struct Case {
    std::string_view bytes;
    std::string_view text;
  };
  const Case cases[] = {
      {"15 03 01 00 02 02 46", " answered in TLS: this is a TLS port (use --tls or mqtts://)"},
      {"48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64 0d 0a 0d 0a",
       ": is this the WebSocket port? use ws://"},
      {"53 53 48 2d 32 2e 30 1b 0d 0a", " is not an MQTT broker, it sent: SSH-2.0"},
      {"00 00", " is not an MQTT broker, it sent: \\x00\\x00"},
  };
  for (const Case& one : cases) {
    for (const std::string_view then : {"", "; close", "; reset"}) {
      CAPTURE(one.bytes);
      CAPTURE(then);
      Conversation talk("expect CONNECT; send-raw " + std::string(one.bytes) + std::string(then));
      talk.recorder.connected = [](const Connected&) { FAIL("connected"); };
      CHECK(talk.run_to_the_end());
      CHECK(talk.code() == ExitCode::refused);
      CHECK(contains(talk.text(), one.text));
      CHECK(contains(talk.text(), talk.target()));
      CHECK_FALSE(contains(talk.text(), "\x1b"));
    }
  }
}

TEST_CASE("a broker that answers against the protocol is told with the rule" * native_only) {
  Conversation talk("expect CONNECT; send-raw 20 03 02 00 00");
  talk.plan.version = Version::v5;
  CHECK(talk.run_to_the_end());
  CHECK(talk.code() == ExitCode::refused);
  CHECK(contains(talk.text(), "no connection to " + talk.target() + ": the broker violated"));
  CHECK(contains(talk.text(), "section"));
  CHECK(contains(talk.text(), "; if it does not know MQTT 5.0, give -V 311"));
}

TEST_CASE("a violation before CONNACK names the older version, unless that was in use" *
          native_only) {
  struct Case {
    std::string_view bytes;
    std::optional<Version> version;
  };
  const Case cases[] = {{"20 03 00 06 00", Version::v5},
                        {"20 02 00 00", std::nullopt},
                        {"e0 02 81 00", std::nullopt},
                        {"20 03 00 06 00", Version::v311},
                        {"e0 02 81 00", Version::v311}};
  for (const Case& one : cases) {
    CAPTURE(one.bytes);
    Conversation talk("expect CONNECT; send-raw " + std::string(one.bytes) + "; expect CLOSE");
    talk.plan.version = one.version;
    connect_and_close(talk);
    CHECK(talk.code() == ExitCode::refused);
    CHECK(contains(talk.text(), "-V 311") == (one.version != Version::v311));
  }
}

TEST_CASE("a return code in the form of 5.0 is told as what it is, where 5.0 was chosen") {
  Conversation talk("expect CONNECT version=5.0; send-raw 20 03 00 01 00; expect CLOSE");
  talk.plan.version = Version::v5;
  connect_and_close(talk);
  CHECK(talk.code() == ExitCode::refused);
  CHECK(talk.text() == "the broker at " + talk.target() +
                           " refused the connection: Unsupported Protocol Version (return code 1); "
                           "choose another version with -V");
}

TEST_CASE("a port where nobody listens is unreachable" * native_only) {
  Conversation talk("expect CONNECT; close");
  talk.broker.reset();
  CHECK(talk.run());
  CHECK(talk.code() == ExitCode::unreachable);
  CHECK(contains(talk.text(), talk.target()));
  CHECK(contains(talk.text(), "connection refused"));
}

TEST_CASE("the first connection is tried again only when the plan says so") {
  Conversation talk(
      "expect CONNECT; send CONNACK code=0x88; expect CLOSE; accept; expect CONNECT; send CONNACK");
  talk.plan.retry_first_connect = true;
  talk.plan.reconnect.attempts = 5;
  connect_and_close(talk);
  CHECK(talk.text() == "");
  CHECK(talk.recorder.count("reconnecting") == 1);
  CHECK(talk.recorder.count("connected 5.0 first") == 1);
}

TEST_CASE("a first connection refused for good is not tried again") {
  Conversation talk("expect CONNECT; send CONNACK code=0x86; expect CLOSE");
  talk.plan.retry_first_connect = true;
  talk.plan.reconnect.attempts = 5;
  connect_and_close(talk);
  CHECK(talk.code() == ExitCode::refused);
  CHECK(talk.recorder.count("reconnecting") == 0);
}

TEST_CASE("attempts come to an end") {
  Conversation talk("expect CONNECT; close");
  talk.broker.reset();
  talk.plan.retry_first_connect = true;
  talk.plan.reconnect.attempts = 3;
  CHECK(talk.run());
  CHECK(talk.recorder.count("reconnecting") == 3);
  CHECK(talk.code() == ExitCode::unreachable);
  CHECK(contains(talk.text(), "given up after 3 attempts"));
}

TEST_CASE("a will that cannot be encoded is an error of usage") {
  Conversation talk("auto");
  talk.plan.session.will.emplace();
  talk.plan.session.will->topic = "w";
  talk.plan.session.will->payload = std::string(70'000, 'x');
  CHECK(talk.run());
  CHECK(talk.code() == ExitCode::usage);
}

TEST_CASE("close before CONNACK ends without an error") {
  for (const bool connected : {false, true}) {
    Conversation talk("expect CONNECT; silence");
    talk.make();
    talk.client->connect();
    if (connected) CHECK(talk.run_until([&] { return !talk.broker->received().empty(); }));
    talk.close();
    CHECK(talk.run());
    CHECK(talk.text() == "");
    CHECK(talk.recorder.events.size() == 1);
  }
}
