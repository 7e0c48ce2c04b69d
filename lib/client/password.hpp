#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/command.hpp"
#include "client/client.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::client {

/// The password of one client. Where a shell command prints it, it may be a token with a short
/// life, so that the command runs before each connect: beside the loop, for `longest_command` at
/// most.
class Password {
 public:
  using Done = std::function<void(const Status&)>;

  Password(transport::Loop& loop, std::optional<std::string> value, std::string command);

  const std::optional<std::string>& value() const { return value_; }
  /// The next attempt begins anew, after a lost connection or a failed attempt.
  void expire() { is_due_ = !command_.empty(); }
  /// Whether `renew` is to come before the next attempt.
  bool is_due() const { return is_due_; }
  /// Runs the command; `done` is called once, inside the loop or from here, unless `cancel` comes
  /// before. ExitCode::io when the command fails, ExitCode::usage when the password is too long;
  /// the value then stays.
  void renew(Done done);
  void cancel();

 private:
  void look();
  void timed_out();
  void settle(Result<std::string> output);

  transport::Loop& loop_;
  const std::string command_;
  std::optional<std::string> value_;
  bool is_due_;
  Done done_;
  Time deadline_ = never;
  std::optional<ShellCommand> running_;
  std::optional<transport::Loop::Watch> watch_;  ///< destroyed before what it watches
  transport::Loop::Timer timer_;
};

/// As make_client, with the command that prints the password before each connect; empty: the
/// password is that of the plan.
MQTT_TOOLBOX_API Result<std::unique_ptr<Client>> make_client(Surroundings surroundings,
                                                             const ConnectPlan& plan,
                                                             Handler& handler,
                                                             const std::string& password_command);

}  // namespace mqtt_toolbox::client
