#include "client/password.hpp"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "unit/client/conversation.hpp"
#include "unit/store/folder.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::client;
using store::TemporaryFolder;

// The password that a command prints.

namespace {

/// Says how often it ran.
std::string counting_command(const TemporaryFolder& folder) {
  const std::string file = folder.file("runs");
  return "echo x >>" + file + "; wc -l <" + file;
}

/// Prints "first", and from then on does something else.
std::string first_then(const TemporaryFolder& folder, const std::string& later) {
  const std::string file = folder.file("ran");
  return "if test -e " + file + "; then " + later + "; fi; touch " + file + "; echo first";
}

/// The client of a user whose password the command prints.
void connect(Conversation& talk, const std::string& command) {
  talk.plan.username = "u";
  auto made = make_client({talk.loop, talk.random}, talk.plan, talk.recorder, command);
  REQUIRE(made);
  talk.client = std::move(*made);
  talk.client->connect();
}

void close_when_connected_for_the(Conversation& talk, int time) {
  talk.recorder.connected = [&talk, time, times = 0](const Connected&) mutable {
    if (++times == time) talk.close();
  };
}

}  // namespace

TEST_CASE("the command is asked before each connect") {
  const TemporaryFolder folder;
  Conversation talk(
      "expect CONNECT password=1; send CONNACK; close; accept\n"
      "expect CONNECT password=2; send CONNACK; close; accept\n"
      "expect CONNECT password=3; send CONNACK; expect DISCONNECT; expect CLOSE");
  talk.plan.version = protocol::Version::v311;
  talk.plan.reconnect.attempts = 5;
  close_when_connected_for_the(talk, 3);
  connect(talk, counting_command(folder));
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.text() == "");
}

TEST_CASE("the command is not asked between the versions of one connect") {
  const TemporaryFolder folder;
  Conversation talk(
      "expect CONNECT version=5.0 password=1; send CONNACK code=132; close; accept\n"
      "expect CONNECT version=3.1.1 password=1; send CONNACK; expect DISCONNECT; expect CLOSE");
  close_when_connected_for_the(talk, 1);
  connect(talk, counting_command(folder));
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.text() == "");
}

TEST_CASE("without a password there is no connect, and no first attempt is repeated") {
  struct Case {
    std::string command;
    ExitCode code;
    std::string_view text;
  };
  const Case cases[] = {
      {"exit 3", ExitCode::io, "password: the command \"exit 3\" exited with 3"},
      {"yes", ExitCode::io, "password: the command \"yes\" prints more than 65536 bytes"},
      {"head -c 65536 /dev/zero", ExitCode::usage,
       "password: it is longer than the 65535 bytes that MQTT allows"}};
  for (const Case& one : cases) {
    CAPTURE(one.command);
    Conversation talk("");
    connect(talk, one.command);
    CHECK(talk.run());
    CHECK(talk.text() == one.text);
    CHECK(talk.code() == one.code);
  }
}

TEST_CASE("a command that fails counts as an attempt") {
  const TemporaryFolder folder;
  Conversation talk("expect CONNECT password=first; send CONNACK; close");
  talk.plan.version = protocol::Version::v311;
  talk.plan.reconnect.attempts = 2;
  const std::string command = first_then(folder, "exit 3");
  connect(talk, command);
  CHECK(talk.run());
  const std::string failure = "password: the command \"" + command + "\" exited with 3";
  CHECK(talk.recorder.count("reconnecting: " + failure) == 1);
  CHECK(talk.text() == failure + "; given up after 2 attempts");
  CHECK(talk.code() == ExitCode::lost);
}

TEST_CASE("while the command runs the loop goes on, and the client can be closed") {
  const TemporaryFolder folder;
  Conversation talk("expect CONNECT password=first; send CONNACK; close");
  const std::string started = folder.file("started");
  talk.plan.version = protocol::Version::v311;
  talk.plan.reconnect.attempts = 5;
  connect(talk, first_then(folder, "touch " + started + "; exec sleep 1000"));
  CHECK(talk.run_until([&] { return std::filesystem::exists(started); }));
  CHECK_FALSE(talk.recorder.closed);
  talk.close();
  CHECK(talk.run());
  CHECK(talk.text() == "");
}
