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

/// The client of a user whose password the command has printed, the first time "first".
void connect(Conversation& talk, const PasswordCommand& command) {
  talk.plan.username = "u";
  talk.plan.password = "first";
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

TEST_CASE("the command is asked again before each reconnect") {
  const TemporaryFolder folder;
  Conversation talk(
      "expect CONNECT password=first; send CONNACK; close; accept\n"
      "expect CONNECT password=1; send CONNACK; close; accept\n"
      "expect CONNECT password=2; send CONNACK; expect DISCONNECT; expect CLOSE");
  talk.plan.version = protocol::Version::v311;
  talk.plan.reconnect.attempts = 5;
  close_when_connected_for_the(talk, 3);
  connect(talk, {counting_command(folder)});
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.text() == "");
}

TEST_CASE("the command is not asked between the versions of one connect") {
  const TemporaryFolder folder;
  Conversation talk(
      "expect CONNECT version=5.0 password=first; send CONNACK code=132; close; accept\n"
      "expect CONNECT version=3.1.1 password=first; send CONNACK; expect DISCONNECT; expect CLOSE");
  close_when_connected_for_the(talk, 1);
  connect(talk, {counting_command(folder)});
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
  CHECK(talk.text() == "");
}

TEST_CASE("where the password may have grown old the command runs before the first connect too") {
  const TemporaryFolder folder;
  Conversation talk("expect CONNECT password=1; send CONNACK; expect DISCONNECT; expect CLOSE");
  close_when_connected_for_the(talk, 1);
  connect(talk, {counting_command(folder), true});
  CHECK(talk.run_to_the_end());
  CHECK(talk.failures() == "");
}

TEST_CASE("a command that fails counts as an attempt") {
  Conversation talk("expect CONNECT password=first; send CONNACK; close");
  talk.plan.version = protocol::Version::v311;
  talk.plan.reconnect.attempts = 2;
  connect(talk, {"exit 3"});
  CHECK(talk.run());
  CHECK(talk.recorder.count("reconnecting: password: the command \"exit 3\" exited with 3") == 1);
  CHECK(talk.text() == "password: the command \"exit 3\" exited with 3; given up after 2 attempts");
  CHECK(talk.code() == ExitCode::lost);
}

TEST_CASE("while the command runs the loop goes on, and the client can be closed") {
  const TemporaryFolder folder;
  Conversation talk("expect CONNECT password=first; send CONNACK; close");
  const std::string started = folder.file("started");
  talk.plan.version = protocol::Version::v311;
  talk.plan.reconnect.attempts = 5;
  connect(talk, {"touch " + started + "; exec sleep 1000"});
  CHECK(talk.run_until([&] { return std::filesystem::exists(started); }));
  CHECK_FALSE(talk.recorder.closed);
  talk.close();
  CHECK(talk.run());
  CHECK(talk.text() == "");
}
