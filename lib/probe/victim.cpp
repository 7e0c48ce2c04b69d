#include "probe/victim.hpp"

#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mqtt_toolbox::probe {

namespace {

constexpr char go = 'g';
constexpr char connected = 'c';

/// What the child does from birth to death.
[[noreturn]] void live(int link, const Ground& ground, Task task,
                       Victim::Connect connect) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  char word = 0;
  if (read(link, &word, 1) != 1) _exit(0);
  Scene scene(ground, task, task.played->limit);
  const char answer = connect(scene) ? connected : 'n';
  if (write(link, &answer, 1) != 1) _exit(0);
  scene.stay(task.played->limit);
  _exit(0);
}

}  // namespace

Result<std::unique_ptr<Victim>> Victim::fork(const Ground& ground, Task task, Connect connect) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ExitCode::io, "cannot make a victim process: " + system_text(errno));
  FileDescriptor parent_end(ends[0]), child_end(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) return fail(ExitCode::io, "cannot make a victim process: " + system_text(errno));
  if (process == 0) {
    parent_end.reset();
    live(child_end.get(), ground, task, connect);
  }
  return std::unique_ptr<Victim>(new Victim(process, std::move(parent_end)));
}

Victim::~Victim() {
  if (process_ != 0) kill();
}

bool Victim::connect(Scene& scene) {
  char answer = 0;
  bool is_over = false;
  transport::Loop::Watch watch(scene.loop(), link_.get(), [&](transport::Interest) {
    is_over = true;
    if (read(link_.get(), &answer, 1) != 1) answer = 0;
    scene.changed();
  });
  watch.want(transport::Interest::read);
  if (send(link_.get(), &go, 1, MSG_NOSIGNAL) != 1) is_over = true;
  scene.wait([&] { return is_over; }, never);
  if (answer != connected) scene.trouble("the victim process cannot connect");
  return answer == connected;
}

Time Victim::kill() {
  const Time now = SystemClock().now();
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
  return now;
}

}  // namespace mqtt_toolbox::probe
