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
std::optional<RunContext> run_when_called(int link, const RunContext& run) {
  std::string word(1 + largest_secret, '\0');
  const ssize_t size = read(link, word.data(), word.size());
  if (size < 1) return std::nullopt;
  RunContext own = run;
  if (own.password != nullptr)
    own.plan.password = word.substr(1, static_cast<std::size_t>(size) - 1);
  // Its threads are not here.
  own.password = nullptr;
  return own;
}

/// What the child does from birth to death.
[[noreturn]] void live(int link, const RunContext& run, Task task, unsigned play,
                       ClientProcess::Connect connect) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  auto own = run_when_called(link, run);
  if (!own) _exit(0);
  CaseContext context(*own, task, task.played->limit, play);
  if (!context.made()) _exit(0);
  const char answer = connect(context) ? connected : 'n';
  if (write(link, &answer, 1) != 1) _exit(0);
  context.stay(task.played->limit);
  _exit(0);
}

}  // namespace

Result<std::unique_ptr<ClientProcess>> ClientProcess::fork(const RunContext& run, Task task,
                                                           unsigned play, Connect connect) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ExitCode::io, "cannot make a victim process: " + system_text(errno));
  FileDescriptor parent_end(ends[0]), child_end(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) return fail(ExitCode::io, "cannot make a victim process: " + system_text(errno));
  if (process == 0) {
    parent_end.reset();
    live(child_end.get(), run, task, play, connect);
  }
  return std::unique_ptr<ClientProcess>(new ClientProcess(process, std::move(parent_end)));
}

ClientProcess::~ClientProcess() {
  if (process_ != 0) kill();
}

bool ClientProcess::connect(CaseContext& context) {
  char answer = 0;
  bool is_over = false;
  transport::Loop::Watch watch(context.loop(), link_.get(), [&](transport::Interest) {
    is_over = true;
    if (read(link_.get(), &answer, 1) != 1) answer = 0;
    context.changed();
  });
  watch.want(transport::Interest::read);
  const client::SharedPassword* const password = context.run().password;
  const std::string word = 'g' + (password != nullptr ? password->value() : std::string());
  if (send(link_.get(), word.data(), word.size(), MSG_NOSIGNAL) < 0) is_over = true;
  context.wait([&] { return is_over; }, never);
  if (answer != connected) context.abort("the victim process cannot connect");
  return answer == connected;
}

Time ClientProcess::kill() {
  const Time now = SystemClock().now();
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
  return now;
}

}  // namespace mqtt_toolbox::will
