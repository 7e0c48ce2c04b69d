#include "will/client_process.hpp"

#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/command.hpp"

namespace mqtt_toolbox::will {

using namespace check;

namespace {

constexpr char connected = 'c';

/// The word to connect is the password, if there is one, which may have changed since the birth.
std::optional<Ground> ground_when_called(int link, const Ground& ground) {
  std::string word(1 + largest_secret, '\0');
  const ssize_t size = read(link, word.data(), word.size());
  if (size < 1) return std::nullopt;
  Ground own = ground;
  if (own.password != nullptr)
    own.plan.password = word.substr(1, static_cast<std::size_t>(size) - 1);
  // Its threads are not here.
  own.password = nullptr;
  return own;
}

/// What the child does from birth to death.
[[noreturn]] void live(int link, const Ground& ground, Task task, unsigned play,
                       Victim::Connect connect) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  auto own = ground_when_called(link, ground);
  if (!own) _exit(0);
  Scene scene(*own, task, task.played->limit, play);
  const char answer = connect(scene) ? connected : 'n';
  if (write(link, &answer, 1) != 1) _exit(0);
  scene.stay(task.played->limit);
  _exit(0);
}

}  // namespace

Result<std::unique_ptr<Victim>> Victim::fork(const Ground& ground, Task task, unsigned play,
                                             Connect connect) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ExitCode::io, "cannot make a victim process: " + system_text(errno));
  FileDescriptor parent_end(ends[0]), child_end(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) return fail(ExitCode::io, "cannot make a victim process: " + system_text(errno));
  if (process == 0) {
    parent_end.reset();
    live(child_end.get(), ground, task, play, connect);
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
  const client::SharedPassword* const password = scene.ground().password;
  const std::string word = 'g' + (password != nullptr ? password->value() : std::string());
  if (send(link_.get(), word.data(), word.size(), MSG_NOSIGNAL) < 0) is_over = true;
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

}  // namespace mqtt_toolbox::will
