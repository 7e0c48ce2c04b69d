#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "base/time.hpp"
#include "client/plan.hpp"
#include "options/origin.hpp"
#include "protocol/properties.hpp"

namespace mqtt_toolbox::options {

/// --trace: every packet in both directions on stderr.
enum class Trace : std::uint8_t { off, text, json };

/// Where a secret is to come from, read once all options are known and are to be used.
struct SecretSource {
  enum class Kind : std::uint8_t { none, value, file, command, prompt, environment };
  Kind kind = Kind::none;
  std::string text;  ///< the value, the path, the command or the variable's name
};

/// What the shared options were given, before the rules that need all of them (finish.cpp).
struct Draft {
  std::optional<std::uint16_t> port;
  std::optional<bool> use_tls;
  std::optional<bool> use_websocket;
  transport::TlsSettings tls;
  transport::WebSocketSettings websocket;
  SecretSource password;
  SecretSource key_password;
  std::string client_identifier_prefix;
  session::WillSettings will;
  bool kept_session = false;  ///< -c
  bool no_reconnect = false;
};

/// Which checks of a broker a tool makes, and how.
struct CheckSettings {
  bool list = false;               ///< --list: only say which there are
  std::vector<std::string> cases;  ///< names; empty: all
  std::optional<Duration> limit;   ///< in place of each case's own
  std::size_t side_by_side = 100;  ///< cases at a time
  unsigned replays = 3;            ///< of a case that failed or was inconclusive
  std::string topic_prefix = "mqtt-toolbox";
};

/// What the shared options set. A tool derives its own settings from this one, and its assign
/// functions cast: `static_cast<PubSettings&>(settings)`.
struct Settings {
  /// Complete when `resolve` has returned.
  client::ConnectPlan plan;

  bool debug = false;  ///< -d: say on stderr what happens
  bool quiet = false;  ///< --quiet: no warnings and errors on stderr
  bool json = false;   ///< --json: results as JSON lines
  Trace trace = Trace::off;
  bool allow_control_characters = false;  ///< of those tools that have the option

  /// Properties of the packets a tool sends, MQTT 5.0. Those of CONNECT, DISCONNECT and the will
  /// are in `plan`.
  protocol::PropertyList publish_properties{protocol::PropertyPlace::publish};
  protocol::PropertyList subscribe_properties{protocol::PropertyPlace::subscribe};
  protocol::PropertyList unsubscribe_properties{protocol::PropertyPlace::unsubscribe};

  CheckSettings checks;

  /// Arguments that belong to no option, for a tool that takes some.
  std::vector<std::string> positionals;
  /// For stderr, one line each, without the tool's name.
  std::vector<std::string> warnings;

  /// Every option that was given, with its values and its origin; what `given` asks.
  std::vector<Given> record;
  Draft draft;

  /// Whether the option of this long name was given in any layer.
  MQTT_TOOLBOX_API bool given(std::string_view name) const { return find(name) != nullptr; }
  /// The winner of an option, or null when it has its default.
  MQTT_TOOLBOX_API const Given* find(std::string_view name) const;

  Settings() = default;
  Settings(Settings&&) = default;
  Settings& operator=(Settings&&) = default;
  virtual ~Settings() = default;
};

}  // namespace mqtt_toolbox::options
