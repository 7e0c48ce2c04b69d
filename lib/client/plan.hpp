#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "protocol/types.hpp"
#include "session/backoff.hpp"
#include "session/settings.hpp"
#include "transport/settings.hpp"

namespace mqtt_toolbox::client {

/// How long the session lives beside the connection.
enum class SessionUse : std::uint8_t {
  /// Exactly what `session.clean_start` and the CONNECT properties say.
  as_given,
  /// A session of its own for one stream of QoS 1 and 2 messages, so that a lost connection loses
  /// and
  /// doubles nothing, and gone when the stream ends. 5.0: Clean Start 1, Session Expiry Interval
  /// 300,
  /// Clean Start 0 on reconnect, expiry 0 in DISCONNECT. Before: a generated client identifier and
  /// CleanSession 0, ended by a CONNECT with CleanSession 1.
  for_stream,
  /// One that outlives the process while a QoS 1 or 2 message is unfinished, for
  /// Surroundings::store:
  /// Clean Start 0, Session Expiry Interval 0xFFFFFFFF. When nothing is in flight at the end there
  /// is
  /// nothing that the server must remember, and the session is ended as for_stream ends.
  durable,
};

/// Who speaks MQTT: this library, or Paho MQTT C++ in a module that is opened on demand.
enum class Engine : std::uint8_t { native, paho };

/// Everything a connection needs, as plain data: made by `options`, read by `client` and `load`.
struct ConnectPlan {
  Engine engine = Engine::native;
  transport::ConnectSettings transport;
  session::Settings session;
  SessionUse session_use = SessionUse::as_given;

  std::string client_identifier;  ///< empty: the server assigns one
  std::optional<std::string> username;
  std::optional<std::string> password;

  /// What `close` will be given, so that an engine that cannot send it can say so at once.
  protocol::PropertyList disconnect_properties{protocol::PropertyPlace::disconnect};

  /// None: `auto`, 5.0 first and 3.1.1 after a refusal of the version.
  std::optional<protocol::Version> version;
  /// `auto` may fall back after mere silence (no will, no client identifier, no kept session,
  /// nothing that only 5.0 has).
  bool fall_back_after_silence = true;
  Duration silence_timeout = std::chrono::seconds(2);
  /// From CONNECT written to CONNACK.
  Duration connack_timeout = std::chrono::seconds(10);

  /// Attempts 0: the first loss ends it. Failures before the first CONNACK are never repeated,
  /// unless `retry_first_connect`.
  session::BackoffSettings reconnect;
  /// So many connections in a row may end at the same packet while the server has answered none of
  /// the requests made: after that another one would end alike. `unlimited`: it is tried on.
  std::uint32_t ends_at_same_packet = 5;
  bool retry_first_connect = false;
};

}  // namespace mqtt_toolbox::client
