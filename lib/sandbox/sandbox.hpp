#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/export.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "sandbox/configuration.hpp"
#include "sandbox/settings.hpp"

namespace mqtt_toolbox::sandbox {

/// One thing to know about a running sandbox: `tcp_port` in JSON, MQTT_SANDBOX_TCP_PORT in the
/// environment.
struct Fact {
  std::string name;
  std::string value;
  bool is_number = false;
};

/// A private Mosquitto that answers on every listener. Its destruction ends the broker and removes
/// all files; so does the death of this process by any means.
class MQTT_TOOLBOX_API Sandbox {
 public:
  Sandbox(Sandbox&&) noexcept;
  Sandbox& operator=(Sandbox&&) = delete;
  ~Sandbox();

  const Place& place() const;
  /// The broker's process; another one after a restart (file broker.pid in the folder).
  pid_t broker() const;
  /// With user name and password, where the broker asks for them.
  std::string url(Door door) const;
  std::vector<Fact> facts() const;
  /// The facts as one JSON object, `type` "sandbox" first.
  std::string json() const;
  /// What a command needs to find this broker: its URL as MQTT_URL and so on.
  std::vector<std::pair<std::string, std::string>> environment(Door door) const;

  /// Readable when the broker has ended.
  int descriptor() const;
  /// How the broker ended, for people ("killed by signal 9"); waits for nothing. Restarts are
  /// followed silently. None: it runs.
  std::optional<std::string> broker_end();

 private:
  friend Result<Sandbox> start(const Settings&, Random&);
  struct State;
  explicit Sandbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Starts a broker and waits, at most a minute, until it answers CONNECT on every listener.
/// `random` names the folder. ExitCode::usage for wrong settings, ExitCode::io when the broker is
/// missing or does not start; the text then has its own words.
MQTT_TOOLBOX_API Result<Sandbox> start(const Settings& settings, Random& random);

}  // namespace mqtt_toolbox::sandbox
