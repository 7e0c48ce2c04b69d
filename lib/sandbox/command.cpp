#include "sandbox/command.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <initializer_list>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/system.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox::sandbox {
namespace {

constexpr int not_found = 127;  // the shell's statuses
constexpr int not_runnable = 126;
constexpr int killed_by_signal = 128;

/// Takes signals from a descriptor while it lives.
class SignalInbox {
 public:
  SignalInbox(std::initializer_list<int> numbers) {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int number : numbers) ::sigaddset(&wanted, number);
    ::sigprocmask(SIG_BLOCK, &wanted, &before_);
    descriptor_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~SignalInbox() { restore_mask(); }
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  int descriptor() const { return descriptor_.get(); }
  void restore_mask() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  std::optional<signalfd_siginfo> next() const {
    signalfd_siginfo info{};
    if (::read(descriptor(), &info, sizeof info) != sizeof info) return std::nullopt;
    return info;
  }

 private:
  sigset_t before_{};
  FileDescriptor descriptor_;
};

/// Waits for a signal or for news of the broker.
void wait_for_either(const SignalInbox& signals, int broker) {
  std::array<pollfd, 2> watched{{{signals.descriptor(), POLLIN, 0}, {broker, POLLIN, 0}}};
  ::poll(watched.data(), watched.size(), -1);
}

void enter_environment(const Command& command, const Sandbox& sandbox) {
  for (const std::string& name : command.foreign_variables) ::unsetenv(name.c_str());
  for (const auto& [name, value] : sandbox.environment(command.door)) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
}

[[noreturn]] void become_command(const Command& command, pid_t parent, const Sandbox& sandbox,
                                 int error_pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);
  enter_environment(command, sandbox);
  ::signal(SIGPIPE, SIG_DFL);
  std::vector<char*> arguments;
  arguments.reserve(command.words.size() + 1);
  for (const std::string& argument : command.words) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  const int error = errno;
  const ssize_t told = ::write(error_pipe, &error, sizeof error);
  ::_exit(told == sizeof error ? not_found : EXIT_FAILURE);
}

/// The errno with which exec failed; 0 when it did not.
int exec_error(int pipe) {
  int error = 0;
  ssize_t size = 0;
  do {
    size = ::read(pipe, &error, sizeof error);
  } while (size < 0 && errno == EINTR);
  return size == sizeof error ? error : 0;
}

class CommandRun {
 public:
  CommandRun(Sandbox& sandbox, const Command& command, const Remark& remark)
      : sandbox_(sandbox), command_(command), remark_(remark) {}

  Result<int> run() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_run(errno);
    const FileDescriptor reader(ends[0]);
    FileDescriptor writer(ends[1]);
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ < 0) return cannot_run(errno);
    if (process_ == 0) {
      signals_.restore_mask();
      become_command(command_, parent, sandbox_, writer.get());
    }
    writer.reset();
    const int error = exec_error(reader.get());
    const int status = wait();
    if (error == 0) return status;
    remark_("cannot run " + printable(command_.words.front()) + ": " + system_text(error));
    return error == ENOENT ? not_found : not_runnable;
  }

 private:
  tl::unexpected<Error> cannot_run(int error) const {
    return fail(ExitCode::io, "cannot start a process: " + system_text(error));
  }

  int wait() {
    int broker = sandbox_.descriptor();
    while (true) {
      int status = 0;
      if (::waitpid(process_, &status, WNOHANG) == process_) return shell_status(status);
      wait_for_either(signals_, broker);
      while (const auto info = signals_.next()) pass_on(*info);
      if (const auto end = sandbox_.broker_end(); end && broker >= 0) {
        broker = -1;  // no longer watched
        remark_("the broker ended: " + *end);
      }
    }
  }

  /// What the terminal sends comes from the kernel and goes to the whole foreground group, the
  /// command included; twice would mean "at once" to many programs.
  void pass_on(const signalfd_siginfo& info) const {
    if (info.ssi_signo == SIGCHLD || info.ssi_code == SI_KERNEL) return;
    ::kill(process_, static_cast<int>(info.ssi_signo));
  }

  static int shell_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? killed_by_signal + WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
  }

  Sandbox& sandbox_;
  const Command& command_;
  const Remark& remark_;
  SignalInbox signals_{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD};
  pid_t process_ = 0;
};

}  // namespace

Result<int> run_command(Sandbox& sandbox, const Command& command, const Remark& remark) {
  return CommandRun(sandbox, command, remark).run();
}

Result<int> wait_for_signal(Sandbox& sandbox) {
  const SignalInbox signals{SIGINT, SIGTERM, SIGHUP};
  while (true) {
    wait_for_either(signals, sandbox.descriptor());
    if (const auto info = signals.next()) return static_cast<int>(info->ssi_signo);
    if (const auto end = sandbox.broker_end()) {
      return fail(ExitCode::lost, "the broker ended: " + *end);
    }
  }
}

}  // namespace mqtt_toolbox::sandbox
