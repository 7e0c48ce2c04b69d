#include "base/command.hpp"

#include <csignal>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;

namespace {

/// Whether the process comes to its end.
bool ended(pid_t process) {
  for (int looks = 0; looks < 1000; ++looks, usleep(10000))
    if (kill(process, 0) != 0) return true;
  return false;
}

}  // namespace

TEST_CASE("a command does not read what this process is to read") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const FileDescriptor before(dup(STDIN_FILENO));
  const FileDescriptor ours(ends[0]);
  REQUIRE(write(ends[1], "to be published", 15) == 15);
  close(ends[1]);
  REQUIRE(dup2(ours.get(), STDIN_FILENO) == STDIN_FILENO);
  CHECK(output_of_command("cat; echo end", 100) == std::string("end\n"));
  char left[100];
  CHECK(read(STDIN_FILENO, left, sizeof left) == 15);
  REQUIRE(dup2(before.get(), STDIN_FILENO) == STDIN_FILENO);
}

TEST_CASE("a command has no signal blocked, and dies of SIGPIPE") {
  sigset_t all;
  sigset_t old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  const auto handler = signal(SIGPIPE, SIG_IGN);
  const auto blocked = output_of_command("grep ^SigBlk: /proc/self/status", 1000);
  const auto piped = output_of_command("kill -PIPE $$; echo survived", 1000);
  signal(SIGPIPE, handler);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  CHECK(blocked == std::string("SigBlk:\t0000000000000000\n"));
  REQUIRE_FALSE(piped.has_value());
  CHECK(piped.error().text == "the command \"kill -PIPE $$; echo survived\" was ended by a signal");
}

TEST_CASE("a long output is whole or an error, and failures are told") {
  CHECK(output_of_command("head -c 70000 /dev/zero | tr '\\0' x", 70000) ==
        std::string(70000, 'x'));
  for (const char* command : {"head -c 70001 /dev/zero", "yes", "exec yes"}) {
    const auto more = output_of_command(command, 70000);
    REQUIRE_FALSE(more.has_value());
    CHECK(more.error().code == ExitCode::io);
    CHECK(more.error().text ==
          "the command \"" + std::string(command) + "\" prints more than 70000 bytes");
  }
  const auto failed = output_of_command("echo much; exit 3", 100);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == ExitCode::io);
  CHECK(failed.error().text == "the command \"echo much; exit 3\" exited with 3");
  const auto killed = output_of_command("kill -9 $$", 100);
  REQUIRE_FALSE(killed.has_value());
  CHECK(killed.error().text == "the command \"kill -9 $$\" was ended by a signal");
}

TEST_CASE("a command that takes too long is ended") {
  for (const char* command : {"exec sleep 1000", "exec >&-; exec sleep 1000", "echo; sleep 1000"}) {
    const auto late = output_of_command(command, 100, std::chrono::milliseconds(100));
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().code == ExitCode::io);
    CHECK(late.error().text ==
          "the command \"" + std::string(command) + "\" did not end within 100 ms");
  }
}

TEST_CASE("what a command has started ends with it") {
  const std::string file = "/tmp/command-test-" + std::to_string(getpid());
  const auto late = output_of_command("sleep 1000 & echo $! >" + file + "; wait", 100,
                                      std::chrono::milliseconds(200));
  CHECK_FALSE(late.has_value());
  const auto started = output_of_command("cat " + file + "; rm " + file, 100);
  REQUIRE(started.has_value());
  CHECK(ended(std::stoi(*started)));
}

TEST_CASE("a command that closes its output early is waited for") {
  CHECK(output_of_command("echo token; exec >&-; sleep 0.05", 100) == std::string("token\n"));
}
