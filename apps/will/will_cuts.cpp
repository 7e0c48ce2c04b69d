#include "will/will_cuts.hpp"

#include <array>
#include <csignal>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/timeout.hpp"

namespace mqtt_toolbox::will {

using namespace check;

using protocol::ReasonCode;

namespace {

/// A shell command with a process group of its own, which ends with this object. Its output goes to
/// standard error: standard output is for results.
class Command {
 public:
  Command(const std::string& command, const std::string& client_identifier) {
    const std::string variable = "MQTT_CLIENT_ID=" + client_identifier;
    std::vector<char*> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
    environment.push_back(const_cast<char*>(variable.c_str()));
    environment.push_back(nullptr);
    std::array<char*, 4> arguments{const_cast<char*>("sh"), const_cast<char*>("-c"),
                                   const_cast<char*>(command.c_str()), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t ignored_here;
    sigemptyset(&ignored_here);
    sigaddset(&ignored_here, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &ignored_here);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (posix_spawn(&process_, "/bin/sh", &actions, &attributes, arguments.data(),
                    environment.data()) != 0)
      process_ = 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Command() {
    if (process_ == 0) return;
    kill(-process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Whether it ends with success within the context's time.
  bool succeeds(CaseContext& context) {
    if (process_ == 0) return false;
    const FileDescriptor end(static_cast<int>(syscall(SYS_pidfd_open, process_, 0)));
    transport::Loop::Watch watch(context.loop(), end.get(),
                                 [&](transport::Interest) { context.changed(); });
    watch.want(transport::Interest::read);
    int status = 0;
    const auto is_over = [&] { return waitpid(process_, &status, WNOHANG) == process_; };
    if (!context.wait(is_over, never)) return false;
    process_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  pid_t process_ = 0;
};

}  // namespace

/// Until the broker has closed: one that is just sending to the client would else see the
/// connection break, maybe before it reads DISCONNECT.
Time cut_by_disconnect(CaseContext&, ScriptedClient& process) {
  const Time now = SystemClock().now();
  process.send_packet(protocol::Disconnect{});
  process.wait_for_end(arrival_timeout);
  process.disconnect();
  return now;
}

Time cut_by_disconnect_with_will(CaseContext&, ScriptedClient& process) {
  const Time now = SystemClock().now();
  process.disconnect(ReasonCode::disconnect_with_will_message);
  return now;
}

Time cut_by_error_disconnect(CaseContext&, ScriptedClient& process) {
  const Time now = SystemClock().now();
  process.disconnect(ReasonCode::unspecified_error);
  return now;
}

Time cut_by_fin(CaseContext&, ScriptedClient& process) {
  process.cut(transport::Ending::fin);
  return process.ended_at();
}

Time cut_by_reset(CaseContext&, ScriptedClient& process) {
  process.cut(transport::Ending::reset);
  return process.ended_at();
}

Time cut_by_silence(CaseContext&, ScriptedClient& process) {
  process.cut(transport::Ending::freeze);
  return process.ended_at();
}

/// A PUBLISH with both QoS bits set, which every version forbids (MQTT-3.3.1-4).
Time cut_by_protocol_error(CaseContext& context, ScriptedClient& process) {
  const Time now = SystemClock().now();
  process.send_bytes(std::string_view("\x36\x05\0\1a\0\1", 7));
  if (!process.wait_for_end(usual_timeout))
    context.abort(broken("the broker did not close the connection after a PUBLISH with QoS 3"));
  return now;
}

/// A DISCONNECT with a reserved flag set.
Time cut_by_flawed_disconnect(CaseContext& context, ScriptedClient& process) {
  const Time now = SystemClock().now();
  process.send_bytes(std::string_view("\xE1\0", 2));
  if (!process.wait_for_end(usual_timeout))
    context.abort(context.run().version() == protocol::Version::v31
                      ? deviates("the broker did not close the connection")
                      : broken("the broker did not close the connection"));
  return now;
}

Time cut_by_take_over(CaseContext& context, ScriptedClient& process) {
  const Time now = SystemClock().now();
  client::ConnectPlan plan = process.plan();
  plan.session.will.reset();
  ScriptedClient& successor = context.client(std::move(plan));
  successor.connect();
  if (!process.wait_for_end(usual_timeout))
    context.abort(broken("the old connection stayed open beside the new one"));
  successor.disconnect();
  return now;
}

Time cut_by_kick(CaseContext& context, ScriptedClient& process) {
  const Time now = SystemClock().now();
  if (!Command(company(context).kick, process.identifier()).succeeds(context))
    context.abort("the command of --kick failed");
  if (!process.wait_for_end(usual_timeout))
    context.abort("the connection stayed open after the command of --kick");
  return now;
}

Window window_of_silence(const ScriptedClient& process) {
  const std::uint16_t keep_alive = process.limits().keep_alive.value_or(process.keep_alive());
  const Duration allowed = std::chrono::milliseconds(1500) * keep_alive;
  // No statement forbids to give up earlier (MQTT 5.0 section 3.1.2.10).
  return {std::chrono::seconds(keep_alive), allowed + keep_alive_leeway,
          allowed + std::chrono::seconds(15), Verdict::deviates};
}

}  // namespace mqtt_toolbox::will
