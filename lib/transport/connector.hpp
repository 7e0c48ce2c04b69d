#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "transport/loop.hpp"
#include "transport/settings.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::transport {

/// When each stage was over; stages that do not apply keep the time of the one before.
struct StageTimes {
  Time started{};
  Time resolved{};
  Time connected{};
  Time proxied{};
  Time secured{};
  Time upgraded{};
};

struct Connection {
  std::unique_ptr<Stream> stream;
  StageTimes times;
};

/// A socket address as the system has it; made by `resolve`.
struct Address {
  std::vector<char> bytes;  ///< struct sockaddr
  std::string text;         ///< "127.0.0.1:1883"
};

/// Opens a connection through its stages: name, TCP or Unix socket (each address in turn), proxy,
/// TLS, WebSocket. Addresses, localhost and Unix sockets need no thread; other names are looked up
/// on one resolver thread so that the time-out holds. Errors: ExitCode::unreachable for name,
/// socket and proxy, ExitCode::tls for TLS, ExitCode::refused for an HTTP refusal of the WebSocket;
/// the text names the target, the stage and the cause.
class MQTT_TOOLBOX_API Connector {
 public:
  using Done = std::function<void(Result<Connection>)>;

  /// `settings` must outlive the connector. `done` is called once, inside the loop, never from
  /// `start`; not at all after destruction, which cancels.
  Connector(Loop& loop, const ConnectSettings& settings);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  void start(Done done);
  /// The same with addresses already looked up (the proxy's where there is one).
  void start(std::vector<Address> addresses, Done done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The addresses of a host, in the system's order. Blocks; for programs that connect many times.
MQTT_TOOLBOX_API Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port);

}  // namespace mqtt_toolbox::transport
