#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "sandbox/sandbox.hpp"

namespace mqtt_toolbox::sandbox {

struct Command {
  std::vector<std::string> words;  ///< the program, found as the shell would, and its arguments
  Door door = Door::tcp;           ///< what MQTT_URL names
  /// Variables that may speak of another broker, and are not passed on.
  std::vector<std::string> foreign_variables;
};

/// Gets a remark for people, at most once: how the broker ended.
using Remark = std::function<void(const std::string& text)>;

/// Runs a program (found as the shell would) against the sandbox, with `door` as MQTT_URL, and
/// waits for it. SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on, but for those
/// that the terminal sends to both. When this process dies the program gets SIGTERM. Returns what a
/// shell would: the exit status, 128 + n after signal n, 126 or 127 (with a remark) when it cannot
/// be run.
MQTT_TOOLBOX_API Result<int> run_command(Sandbox& sandbox, const Command& command,
                                         const Remark& remark);

/// Waits for SIGINT, SIGTERM or SIGHUP and returns its number. ExitCode::lost when the broker ends
/// first.
MQTT_TOOLBOX_API Result<int> wait_for_signal(Sandbox& sandbox);

}  // namespace mqtt_toolbox::sandbox
