#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/system.hpp"
#include "base/time.hpp"

namespace mqtt_toolbox {

/// A shell command under way whose output is wanted. It reads /dev/null, since the standard input
/// of this process may be what is to be published, and its errors go where ours go. Destruction
/// ends it with all that it has started; on a terminal, where it stays in our process group so that
/// it may ask there, only the shell.
class MQTT_TOOLBOX_API ShellCommand {
 public:
  /// A command that prints more than `limit` bytes fails. ExitCode::io when it cannot be run.
  static Result<ShellCommand> start(const std::string& command, std::size_t limit);
  ShellCommand(ShellCommand&& other) noexcept;
  ShellCommand& operator=(ShellCommand&&) = delete;
  ~ShellCommand();

  /// Readable when `take` has something to do.
  int descriptor() const { return output_end_.get(); }
  /// Takes what is there now, without waiting.
  void take();
  /// Nothing more comes; the command itself may still run.
  bool output_ended() const { return output_ended_; }
  /// The output, or ExitCode::io for a command that failed or printed too much; nothing while it
  /// still runs.
  std::optional<Result<std::string>> outcome();
  /// What is said of one that runs for longer than `limit`; it is ended.
  Error overdue(Duration limit);

 private:
  ShellCommand(std::string command, std::size_t limit)
      : command_(std::move(command)), limit_(limit) {}
  Status spawn();
  void end();
  Error failure(const std::string& how) const;

  std::string command_;
  std::size_t limit_;
  pid_t process_ = -1;
  FileDescriptor output_end_;
  std::string output_;
  bool output_ended_ = false;
  bool is_too_long_ = false;
  bool has_own_group_ = false;
};

/// What a file or a command gives that holds a password has at most so many bytes.
inline constexpr std::size_t largest_secret = 64u << 10;
/// ExitCode::usage for one that has no room in CONNECT (MQTT 5.0 section 1.5.6).
MQTT_TOOLBOX_API Status check_password(std::string_view password);
/// The secret in what was read: what stands before the first line feed, without a carriage return
/// at its end.
MQTT_TOOLBOX_API std::string first_line(std::string text);

/// How long a command may take that prints a password.
inline constexpr Duration longest_command = std::chrono::seconds(30);
/// Between two looks, which only what closes its output early needs, whether a command whose output
/// has ended has ended too.
inline constexpr auto until_command_ends = std::chrono::milliseconds(5);

/// The same, waited for; ExitCode::io also when it takes longer than `longest`, and when the
/// descriptor `interruption`, if any, becomes readable before its end.
MQTT_TOOLBOX_API Result<std::string> output_of_command(const std::string& command,
                                                       std::size_t limit,
                                                       Duration longest = longest_command,
                                                       int interruption = -1);

}  // namespace mqtt_toolbox
