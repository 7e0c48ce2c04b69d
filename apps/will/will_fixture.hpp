#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "will/client_process.hpp"
#include "will/earlier_value.hpp"
#include "will/observers.hpp"

namespace mqtt_toolbox::will {

/// What the will cases share, as RunContext::company.
struct WillFixture {
  std::unique_ptr<Observers> observers;
  ClientProcesses processes;
  std::unique_ptr<EarlierValue> earlier;  ///< of the user's own will; null: there is none
  std::string kick;           ///< shell command that has the broker throw out $MQTT_CLIENT_ID
  std::string refused_topic;  ///< a topic that the broker does not let the user publish to
};

/// Wills: when the broker publishes them, what of them arrives, and what calls them off.
std::span<const check::Case> will_cases();
/// Those that need to be told something: a command to kick with, a topic that is refused.
const check::Case& will_kick_case();
const check::Case& will_refused_topic_case();

/// The ways of --cut.
inline constexpr std::array<std::string_view, 8> own_will_cuts{
    "disconnect", "disconnect-with-will", "fin",      "rst", "silence",
    "kill",       "protocol-error",       "take-over"};
/// Ends in that way the connection of a client process whose will and session are those of the
/// run's plan, which is `plan`.
check::Case own_will_case(std::string_view cut, const client::ConnectPlan& plan);

/// Forks the processes that the run will kill.
Status fork_processes(const check::RunContext& run, unsigned replays, ClientProcesses& processes);

}  // namespace mqtt_toolbox::will
