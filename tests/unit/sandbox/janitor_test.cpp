#include "sandbox/janitor.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "sandbox/programs.hpp"

using namespace mqtt_toolbox;
using sandbox::Janitor;
using sandbox::JanitorReport;

namespace {

/// The broker of these tests is a shell script in the folder.
Janitor::Job new_job(bool restart = false) {
  const auto parent = std::filesystem::temp_directory_path();
  const std::string folder = parent / ("janitor-test-" + std::to_string(system_seed()));
  return {folder,
          folder + "/broker",
          folder + "/broker.conf",
          folder + "/broker.log",
          folder + "/broker.pid",
          restart};
}

void write_broker(const Janitor::Job& job, const std::string& script) {
  const std::string fresh = job.program + ".new";  // a running script must not change
  REQUIRE(sandbox::write_private_file(fresh, "#!/bin/sh\n" + script + "\n"));
  REQUIRE(::chmod(fresh.c_str(), S_IRWXU) == 0);
  std::filesystem::rename(fresh, job.program);
}

pid_t start_broker(Janitor& janitor) {
  REQUIRE(janitor.start_broker());
  const auto report = janitor.next_report();
  REQUIRE(report);
  CHECK(report->kind == JanitorReport::Kind::broker_started);
  CHECK(report->value == 0);
  return report->broker;
}

bool exists(const std::string& path) {
  return std::filesystem::exists(path);
}

bool runs(pid_t process) {
  return ::kill(process, 0) == 0;
}

constexpr const char* endless = "exec sleep 1000";

}  // namespace

TEST_CASE("janitor: the folder is private and lives as long as the janitor") {
  const auto job = new_job();
  {
    auto janitor = Janitor::start(job);
    REQUIRE(janitor);
    struct stat status {};
    REQUIRE(::stat(job.folder.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    REQUIRE(sandbox::write_private_file(job.folder + "/file", "content"));
  }
  CHECK_FALSE(exists(job.folder));
}

TEST_CASE("janitor: a folder that is there already is left alone") {
  const auto job = new_job();
  REQUIRE(std::filesystem::create_directory(job.folder));
  const auto janitor = Janitor::start(job);
  REQUIRE_FALSE(janitor);
  CHECK(janitor.error().code == ExitCode::io);
  CHECK(janitor.error().text.find("file exists") != std::string::npos);
  CHECK(exists(job.folder));
  std::filesystem::remove(job.folder);
}

TEST_CASE("janitor: the broker ends with it") {
  const auto job = new_job();
  pid_t broker = 0;
  {
    auto janitor = Janitor::start(job);
    REQUIRE(janitor);
    write_broker(job, endless);
    broker = start_broker(*janitor);
    CHECK(runs(broker));
  }
  CHECK_FALSE(runs(broker));
  CHECK_FALSE(exists(job.folder));
}

TEST_CASE("janitor: says how the broker ended, and keeps what it said") {
  const auto job = new_job();
  auto janitor = Janitor::start(job);
  REQUIRE(janitor);
  write_broker(job, "echo lost >&2; exit 3");
  start_broker(*janitor);
  const auto report = janitor->next_report();
  REQUIRE(report);
  CHECK(report->kind == JanitorReport::Kind::broker_ended);
  CHECK(WEXITSTATUS(report->value) == 3);
  CHECK(read_file(job.log, 100).value_or("") == "lost\n");
}

TEST_CASE("janitor: starts a killed broker again when told to, but not one that gives up") {
  const auto job = new_job(true);
  auto janitor = Janitor::start(job);
  REQUIRE(janitor);
  write_broker(job, endless);
  const pid_t first = start_broker(*janitor);
  write_broker(job, "exit 4");
  ::kill(first, SIGKILL);
  const auto second = janitor->next_report();
  REQUIRE(second);
  CHECK(second->kind == JanitorReport::Kind::broker_started);
  CHECK(second->broker != first);
  const auto end = janitor->next_report();
  REQUIRE(end);
  CHECK(end->kind == JanitorReport::Kind::broker_ended);
  CHECK(WEXITSTATUS(end->value) == 4);
}

TEST_CASE("janitor: cleans up after a process that was killed") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the orphaned janitor can be waited for
  const auto job = new_job();
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    auto janitor = Janitor::start(job);
    write_broker(job, endless);
    const pid_t broker = start_broker(*janitor);
    const auto size = ::write(pipe[1], &broker, sizeof broker);
    ::pause();
    ::_exit(size > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  pid_t broker = 0;
  REQUIRE(::read(pipe[0], &broker, sizeof broker) == sizeof broker);
  ::kill(owner, SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
  CHECK_FALSE(runs(broker));
  CHECK_FALSE(exists(job.folder));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_CASE("janitor: when it is killed itself, the broker dies and its owner removes the folder") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto job = new_job();
  {
    auto janitor = Janitor::start(job);
    REQUIRE(janitor);
    write_broker(job, "ps -o ppid= $$ >&2; " + std::string(endless));
    const pid_t broker = start_broker(*janitor);
    std::string parent;
    while (parent.empty()) parent = read_file(job.log, 100).value_or("");
    const pid_t process = std::stoi(parent);
    ::kill(process, SIGKILL);
    CHECK_FALSE(janitor->next_report());
    // Only when it has ended as a whole is the broker ours to wait for.
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOWAIT) == 0);
    CHECK(::waitpid(broker, nullptr, 0) == broker);
  }
  CHECK_FALSE(exists(job.folder));
}
