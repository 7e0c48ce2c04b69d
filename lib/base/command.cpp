#include "base/command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mqtt_toolbox {
namespace {

constexpr std::size_t shown_command = 100;
/// A command that writes without end must not keep its reader from everything else.
constexpr int reads_at_once = 16;

/// Who has the terminal may be asked there; another process group would be stopped by it.
bool has_terminal() {
  const FileDescriptor terminal(open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY));
  return terminal && tcgetpgrp(terminal.get()) == getpgrp();
}

/// The attributes and actions of a shell whose output goes into a pipe.
class SpawnPlan {
 public:
  SpawnPlan(int output, bool has_own_group) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawnattr_init(&attributes_);
    // A loop blocks the signals it takes, and the tools ignore SIGPIPE; a shell does neither.
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &set);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (has_own_group) flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// An errno value, or 0.
  int run(const std::string& command, pid_t& process) const {
    char* const arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                               const_cast<char*>(command.c_str()), nullptr};
    return posix_spawn(&process, "/bin/sh", &actions_, &attributes_, arguments, environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

int milliseconds_left(Time deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SystemClock().now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

Result<ShellCommand> ShellCommand::start(const std::string& command, std::size_t limit) {
  ShellCommand started(command, limit);
  if (auto status = started.spawn(); !status) return tl::unexpected(std::move(status.error()));
  return started;
}

Status ShellCommand::spawn() {
  int ends[2] = {-1, -1};
  const bool piped = pipe2(ends, O_CLOEXEC) == 0;
  output_end_.reset(ends[0]);
  const FileDescriptor its_end(ends[1]);
  int error = piped && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
  has_own_group_ = !has_terminal();
  if (error == 0) error = SpawnPlan(its_end.get(), has_own_group_).run(command_, process_);
  if (error == 0) return {};
  process_ = -1;
  return tl::unexpected(failure("cannot be run: " + system_text(error)));
}

ShellCommand::ShellCommand(ShellCommand&& other) noexcept
    : command_(std::move(other.command_)),
      limit_(other.limit_),
      process_(std::exchange(other.process_, -1)),
      output_end_(std::move(other.output_end_)),
      output_(std::move(other.output_)),
      output_ended_(other.output_ended_),
      is_too_long_(other.is_too_long_),
      has_own_group_(other.has_own_group_) {}

ShellCommand::~ShellCommand() {
  end();
}

void ShellCommand::end() {
  output_end_.reset();
  if (process_ < 0) return;
  kill(has_own_group_ ? -process_ : process_, SIGKILL);
  waitpid(std::exchange(process_, -1), nullptr, 0);
}

void ShellCommand::take() {
  std::array<char, 4096> block{};
  for (int reads = 0; !output_ended_ && reads < reads_at_once; ++reads) {
    const ssize_t size = read(output_end_.get(), block.data(), block.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    const auto taken = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    is_too_long_ = taken > limit_ - output_.size();
    output_ended_ = size <= 0 || is_too_long_;
    if (!is_too_long_) output_.append(block.data(), taken);
  }
}

std::optional<Result<std::string>> ShellCommand::outcome() {
  if (!output_ended_) return std::nullopt;
  if (is_too_long_) {
    end();
    return tl::unexpected(failure("prints more than " + std::to_string(limit_) + " bytes"));
  }
  int status = 0;
  const pid_t ended = waitpid(process_, &status, WNOHANG);
  if (ended == 0) return std::nullopt;
  process_ = -1;
  if (ended > 0 && status == 0) return Result<std::string>(std::move(output_));
  return tl::unexpected(failure(ended > 0 && WIFEXITED(status)
                                    ? "exited with " + std::to_string(WEXITSTATUS(status))
                                    : "was ended by a signal"));
}

Error ShellCommand::overdue(Duration limit) {
  end();
  return failure("did not end within " + show_duration(limit));
}

Error ShellCommand::failure(const std::string& how) const {
  return {ExitCode::io, "the command \"" + printable(command_, shown_command) + "\" " + how};
}

Status check_password(std::string_view password) {
  constexpr std::size_t longest = 65535;
  if (password.size() <= longest) return {};
  return fail(ExitCode::usage,
              "it is longer than the " + std::to_string(longest) + " bytes that MQTT allows");
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> output_of_command(const std::string& command, std::size_t limit,
                                      Duration longest, int interruption) {
  auto running = ShellCommand::start(command, limit);
  if (!running) return tl::unexpected(std::move(running.error()));
  const Time deadline = SystemClock().now() + longest;
  for (;;) {
    running->take();
    if (auto outcome = running->outcome()) return *std::move(outcome);
    const int left = milliseconds_left(deadline);
    if (left == 0) return tl::unexpected(running->overdue(longest));
    std::array<pollfd, 2> watched{
        {{running->output_ended() ? -1 : running->descriptor(), POLLIN, 0},
         {interruption, POLLIN, 0}}};
    const auto look = static_cast<int>(until_command_ends.count());
    poll(watched.data(), watched.size(), running->output_ended() ? look : left);
    if (watched[1].revents != 0) return fail(ExitCode::io, "interrupted");
  }
}

}  // namespace mqtt_toolbox
