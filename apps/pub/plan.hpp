#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "console/input.hpp"
#include "record/message_input.hpp"

namespace mqtt_toolbox::pub {

/// Where the payloads come from (-m, -n, -f, -s, -l, --from-json).
enum class InputKind : std::uint8_t { none, message, null, files, standard_input, lines, json };

/// What mqtt-pub does beside its connection.
struct Plan {
  InputKind input = InputKind::none;
  std::string message;             ///< for InputKind::message
  std::vector<std::string> files;  ///< for InputKind::files
  /// How they are held; who copies payloads at once, as a store and Paho do, reads them.
  console::FileUse file_use = console::FileUse::mapped;
  char delimiter = '\n';  ///< for lines and json
  bool strict = false;    ///< the first bad input line ends the run

  /// Topic, QoS, retain and properties; a JSON line may bring its own.
  record::MessageDefaults defaults;
  std::vector<std::string> topics;  ///< each message goes to each; empty: to the default's alone

  std::uint64_t repeat = 1;
  Duration repeat_delay{};     ///< from the end of one delivery to the next message
  std::optional<double> rate;  ///< messages a second on an absolute schedule

  std::string store;                      ///< directory of the durable store; empty: there is none
  bool list_store = false;                ///< print what is in it, and nothing else
  std::vector<std::uint64_t> store_drop;  ///< take these out of it, and nothing else
  bool store_retry = false;               ///< what was set aside is sent again
  std::optional<Duration> store_forget;   ///< ids of finished messages, after this long
  /// With a store: whether an unreachable broker is waited for after the end of the input.
  bool waits_for_broker = false;

  /// Runs again before each reconnect; empty: none.
  std::string password_command;
  /// Whether the client can ask for PINGRESP, which tells what the broker has read at QoS 0.
  bool can_ping = true;
  /// Also a run of one message of QoS 0 ends only when the broker has read it.
  bool confirm = false;

  bool json = false;   ///< one result line a message on standard output
  bool quiet = false;  ///< no messages about single publishes on standard error
  /// Without any acknowledgement for this long while some are due, the broker counts as silent.
  Duration acknowledgement_timeout = std::chrono::seconds(60);
  /// How long what is in flight may take after SIGINT, SIGTERM or SIGHUP.
  Duration grace = std::chrono::seconds(5);
};

}  // namespace mqtt_toolbox::pub
