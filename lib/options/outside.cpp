#include "options/outside.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/command.hpp"
#include "base/system.hpp"

namespace mqtt_toolbox::options {
namespace {

tl::unexpected<Error> failed(std::string_view what) {
  return fail(ExitCode::io, std::string(what) + ": " + system_text(errno));
}

/// Puts the terminal's echo back when the line is read.
class WithoutEcho {
 public:
  explicit WithoutEcho(int terminal) : terminal_(terminal) {
    changed_ = tcgetattr(terminal, &before_) == 0;
    if (!changed_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    tcsetattr(terminal, TCSAFLUSH, &quiet);
  }
  ~WithoutEcho() {
    if (changed_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Holds back the signals that end the process until what it has begun is put right: the terminal's
/// echo, a command. They stay pending and take effect when this goes.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    sigemptyset(&held);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
      if (!is_ignored(signal)) sigaddset(&held, signal);
    sigprocmask(SIG_BLOCK, &held, &before_);
    descriptor_.reset(signalfd(-1, &held, SFD_CLOEXEC));
  }
  ~HeldSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// Readable while a signal is pending.
  int descriptor() const { return descriptor_.get(); }

 private:
  sigset_t before_{};
  FileDescriptor descriptor_;
};

Status wait_for_typing(int terminal, const HeldSignals& signals) {
  std::array<pollfd, 2> watched{{{terminal, POLLIN, 0}, {signals.descriptor(), POLLIN, 0}}};
  while (poll(watched.data(), watched.size(), -1) < 0)
    if (errno != EINTR) return failed("cannot wait for the terminal");
  if (watched[1].revents != 0) return fail(ExitCode::io, "interrupted");
  return {};
}

Result<std::string> read_line(int terminal, const HeldSignals& signals) {
  constexpr std::size_t longest = 4096;
  std::string line;
  char byte = '\0';
  while (line.size() < longest) {
    if (auto status = wait_for_typing(terminal, signals); !status)
      return tl::unexpected<Error>(std::move(status.error()));
    const ssize_t count = read(terminal, &byte, 1);
    if (count < 0) return failed("cannot read from the terminal");
    if (count == 0 || byte == '\n') return line;
    line += byte;
  }
  return fail(ExitCode::usage, "the line typed is too long");
}

}  // namespace

bool SystemOutside::exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

Result<std::string> SystemOutside::read(const std::string& path, std::size_t limit) {
  return read_file(path, limit);
}

bool SystemOutside::readable_by_others(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         (facts.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

Result<std::string> SystemOutside::output_of(const std::string& command, std::size_t limit) {
  const HeldSignals signals;
  return output_of_command(command, limit, longest_command, signals.descriptor());
}

Result<std::string> SystemOutside::ask(std::string_view prompt) {
  const FileDescriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) return fail(ExitCode::io, "there is no terminal to ask on");
  const HeldSignals signals;
  const WithoutEcho without_echo(terminal.get());
  if (write(terminal.get(), prompt.data(), prompt.size()) < 0)
    return failed("cannot write to the terminal");
  return read_line(terminal.get(), signals);
}

int SystemOutside::process_id() {
  return getpid();
}

}  // namespace mqtt_toolbox::options
