#include "options/outside.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <pty.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/system.hpp"

using namespace mqtt_toolbox;
using namespace mqtt_toolbox::options;

namespace {

/// A process on a terminal of its own that asks for a password, says "got X" there, and exits with
/// 0; with 1 when asking failed.
struct Asker {
  int terminal = -1;
  pid_t process = -1;
  std::string screen;

  Asker() {
    process = forkpty(&terminal, nullptr, nullptr, nullptr);
    REQUIRE(process >= 0);
    if (process > 0) return;
    auto answer = SystemOutside().ask("Password: ");
    if (answer) std::printf("got %zu letters", answer->size());
    std::fflush(stdout);
    _exit(answer && *answer == "hunter2" ? 0 : 1);
  }
  ~Asker() { close(terminal); }

  /// Reads the screen until `text` is on it or the terminal is closed.
  bool wait_for(std::string_view text) {
    char byte = '\0';
    while (screen.find(text) == std::string::npos)
      if (read(terminal, &byte, 1) == 1)
        screen += byte;
      else
        return false;
    return true;
  }
  void type(std::string_view text) {
    CHECK(write(terminal, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  int wait_status() const {
    int status = 0;
    waitpid(process, &status, 0);
    return status;
  }
};

bool echoes(int terminal) {
  termios settings{};
  REQUIRE(tcgetattr(terminal, &settings) == 0);
  return (settings.c_lflag & ECHO) != 0;
}

}  // namespace

TEST_CASE("a password is asked for on the terminal, without echo") {
  Asker asker;
  REQUIRE(asker.wait_for("Password: "));
  asker.type("hunter2\n");
  CHECK(asker.wait_for("got 7 letters"));
  CHECK(asker.screen.find("hunter2") == std::string::npos);
  CHECK(asker.wait_status() == 0);
}

TEST_CASE("an interrupt while asking ends the process, and the terminal has its echo back") {
  Asker asker;
  REQUIRE(asker.wait_for("Password: "));
  // Kept open, so that the terminal's settings outlive the process.
  const FileDescriptor side(open(ptsname(asker.terminal), O_RDWR | O_NOCTTY | O_CLOEXEC));
  CHECK_FALSE(echoes(side.get()));
  asker.type("hun\x03");
  const int status = asker.wait_status();
  CHECK(echoes(side.get()));
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
}

TEST_CASE("the first line of a command, and commands that fail") {
  SystemOutside outside;
  CHECK(outside.output_of("printf 'a\\nb'", 100) == std::string("a\nb"));
  CHECK_FALSE(outside.output_of("head -c 10000 /dev/zero", 100));
  auto failed = outside.output_of("exit 3", 100);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == ExitCode::io);
  CHECK(failed.error().text == "the command \"exit 3\" exited with 3");
  auto killed = outside.output_of("kill -9 $$", 100);
  REQUIRE_FALSE(killed.has_value());
  CHECK(killed.error().text.find("was ended by a signal") != std::string::npos);
}

TEST_CASE("files, and who may read them") {
  SystemOutside outside;
  std::string path = "/tmp/options-outside-XXXXXX";
  const int file = mkstemp(path.data());
  REQUIRE(file >= 0);
  CHECK(write(file, "text", 4) == 4);
  CHECK(outside.exists(path));
  CHECK(outside.read(path, 100) == std::string("text"));
  CHECK_FALSE(outside.readable_by_others(path));
  CHECK(fchmod(file, 0644) == 0);
  CHECK(outside.readable_by_others(path));
  close(file);
  unlink(path.c_str());
  CHECK_FALSE(outside.exists(path));
  CHECK_FALSE(outside.readable_by_others(path));
  CHECK(outside.read(path, 100).error().code == ExitCode::io);
  CHECK(outside.process_id() == getpid());
}
