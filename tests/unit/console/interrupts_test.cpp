#include "console/interrupts.hpp"

#include <functional>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace mqtt_toolbox;
using console::Interrupts;

namespace {

/// How a child that does `work` ended, as shells see it; -1 when it could not be known.
int status_of_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("interrupts: the first signal only asks") {
  for (const int number : {SIGINT, SIGTERM}) {
    CHECK(status_of_child([number] {
            transport::Loop loop;
            int asked = 0;
            Interrupts interrupts(loop, [&](int received) {
              asked = received;
              loop.stop();
            });
            if (interrupts.received() != 0) return 1;
            kill(getpid(), number);
            loop.run_until(never);
            return asked == number && interrupts.received() == number ? 0 : 2;
          }) == 0);
  }
}

TEST_CASE("interrupts: the second one ends the process by its own default action") {
  CHECK(status_of_child([] {
          transport::Loop loop;
          Interrupts interrupts(loop, [](int) { kill(getpid(), SIGTERM); });
          kill(getpid(), SIGINT);
          loop.run_until(loop.now() + std::chrono::seconds(30));
          return 1;
        }) == 128 + SIGTERM);
}

TEST_CASE("interrupts: ending by a signal works also while it is blocked") {
  CHECK(status_of_child([] {
          sigset_t all;
          sigfillset(&all);
          sigprocmask(SIG_BLOCK, &all, nullptr);
          console::end_by_signal(SIGTERM);
          return 1;
        }) == 128 + SIGTERM);
}
