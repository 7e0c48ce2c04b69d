#include "options/outside.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

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

Result<std::string> read_line(int terminal) {
  constexpr std::size_t longest = 4096;
  std::string line;
  char byte = '\0';
  while (line.size() < longest) {
    const ssize_t count = read(terminal, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("cannot read from the terminal");
    if (count == 0 || byte == '\n') return line;
    line += byte;
  }
  return fail(ExitCode::usage, "the line typed is too long");
}

Status check_end(int status, const std::string& command) {
  if (status == 0) return {};
  const std::string how = WIFEXITED(status) ? "exited with " + std::to_string(WEXITSTATUS(status))
                                            : "was ended by a signal";
  return fail(ExitCode::io, "the command \"" + command.substr(0, 100) + "\" " + how);
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
  return stat(path.c_str(), &facts) == 0 && (facts.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

Result<std::string> SystemOutside::output_of(const std::string& command, std::size_t limit) {
  FILE* pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) return failed("cannot run the command");
  std::string output;
  std::array<char, 4096> block{};
  while (const std::size_t count = fread(block.data(), 1, block.size(), pipe)) {
    if (output.size() + count <= limit) output.append(block.data(), count);
  }
  return check_end(pclose(pipe), command).map([&] { return std::move(output); });
}

Result<std::string> SystemOutside::ask(std::string_view prompt) {
  const FileDescriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) return fail(ExitCode::io, "there is no terminal to ask on");
  const WithoutEcho without_echo(terminal.get());
  if (write(terminal.get(), prompt.data(), prompt.size()) < 0)
    return failed("cannot write to the terminal");
  return read_line(terminal.get());
}

int SystemOutside::process_id() {
  return getpid();
}

}  // namespace mqtt_toolbox::options
