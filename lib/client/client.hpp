#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/export.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "client/plan.hpp"
#include "session/handler.hpp"
#include "session/session.hpp"
#include "transport/connector.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::client {

using session::Admission;
using session::Payload;
using session::PublishOutcome;
using session::Submission;
using session::Token;

struct Connected {
  protocol::ConnAck connack;
  session::ServerLimits limits;
  protocol::Version version = protocol::Version::v5;
  bool first = true;  ///< false: a reconnect
  /// The client identifier in use: the one given, generated or assigned by the server.
  protocol::Bytes client_identifier;
  transport::StageTimes times;
};

/// How long the end of a connection may take.
struct Grace {
  enum class From : std::uint8_t { call, last_progress };

  template <typename Count, typename Unit>
  Grace(std::chrono::duration<Count, Unit> whole) : length(whole) {}  // NOLINT: as good as one
  Grace(Duration length_given, From from_given) : length(length_given), from(from_given) {}

  Duration length;
  From from = From::call;  ///< or from when bytes last left the socket
};

/// What a client tells, only ever inside Loop::run_until. Views live until the call returns.
class MQTT_TOOLBOX_API Handler {
 public:
  virtual ~Handler() = default;

  virtual void on_connected(const Connected& connected) = 0;
  /// The connection is lost; the next attempt follows in `wait`.
  virtual void on_reconnecting(const Error& cause, Duration wait) = 0;
  /// The end, called once: after `close` without an error; else why. Exit codes: unreachable (also
  /// no answer to CONNECT), tls, refused (CONNACK, or a close or other bytes instead of it), lost,
  /// usage (CONNECT or DISCONNECT cannot be encoded), rejected (a subscription cannot be made
  /// again). Nothing is called afterwards. The client may be destroyed here.
  virtual void on_closed(const std::optional<Error>& error) = 0;
  /// A packet of the server's was refused; the end of the connection follows.
  virtual void on_violation(const session::Failure&) {}
  /// An application message. False: nothing more is to be delivered (the caller closes).
  virtual bool on_message(const protocol::Publish& message) = 0;
  /// The outcome of a QoS 1 or 2 message.
  virtual void on_published(const PublishOutcome& outcome) = 0;
  /// Also after a reconnect, with the token of the original call, when the session was not present
  /// and the client subscribed again: then with a code for each filter that no later subscribe or
  /// unsubscribe named.
  virtual void on_subscribed(Token token, const protocol::SubAck& suback) = 0;
  virtual void on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) = 0;
  virtual void on_auth(const protocol::Auth&) {}
  /// PINGRESP to the PINGREQ that has this number, as `Client::ping` gave it, on this connection.
  virtual void on_pingresp(std::uint64_t) {}
  /// After would_block: another publish would be accepted.
  virtual void on_ready() {}
  /// A batch of received bytes has been delivered: the moment to write output and to acknowledge.
  virtual void on_batch_end() {}
  /// Every packet, if plan.session.observe_packets.
  virtual void on_packet(session::Direction, const protocol::Frame&, protocol::Version) {}
};

/// A connection as people need it. Non-blocking, used from one thread, the Loop's. Inside a call of
/// its Handler every function may be called, but it may be destroyed in on_closed only (or later,
/// through Loop::defer).
class MQTT_TOOLBOX_API Client : public session::Sender {
 public:
  virtual ~Client() = default;

  /// Starts; on_connected or on_closed follows.
  virtual void connect() = 0;

  /// As session::Session::publish. Small packets gather and go out when the loop next waits.
  virtual Result<Submission> publish(const protocol::Publish& message, Token token,
                                     Payload payload) = 0;
  /// One SUBSCRIBE for all the filters. would_block while not connected.
  virtual Result<Submission> subscribe(std::span<const protocol::Subscription> filters,
                                       protocol::Properties properties, Token token) = 0;
  virtual Result<Submission> unsubscribe(std::span<const protocol::Bytes> filters,
                                         protocol::Properties properties, Token token) = 0;

  /// As session::Session::ping; ExitCode::usage from an engine that pings by itself only.
  virtual Result<std::uint64_t> ping() = 0;

  /// With plan.session.acknowledge_at_once false: the oldest `messages` of QoS 1 and 2 are done.
  virtual void acknowledge(std::size_t messages) = 0;
  /// Stops taking bytes from the network; keep-alive goes on.
  virtual void pause_reading(bool paused) = 0;
  virtual Status authenticate(const protocol::Auth& auth) = 0;

  /// Writes what is pending, sends DISCONNECT, ends the stream and calls on_closed, at the latest
  /// after `grace`: with ExitCode::lost when bytes could not be written until then. Does not wait
  /// for outcomes; no message and no outcome is told any more. Offline it only ends.
  virtual void close(const protocol::Disconnect& disconnect, Grace grace) = 0;
  /// Ends the connection at once in the given way, without DISCONNECT; on_closed follows.
  virtual void abort(transport::Ending ending) = 0;

  // What a store needs, and the paho engine has none.

  /// Whether the last connection ended because the server closed it instead of answering a request
  /// that had reached it.
  virtual bool ended_at_request() const { return false; }
  /// At most so many QoS 1 and 2 messages are on their way at once; none: as the plan says.
  virtual void limit_inflight(std::optional<std::uint16_t>) {}
  /// As session::Session::withdraw.
  virtual bool withdraw(Token) { return false; }

  virtual bool online() const = 0;
  virtual protocol::Version version() const = 0;
  /// Requests without outcome, plus QoS 0 messages not yet written; still true in on_closed.
  virtual std::size_t pending() const = 0;
  /// Facts about the stream, empty when offline.
  virtual transport::StreamFacts facts() const = 0;
};

/// What a client takes from the world.
struct Surroundings {
  transport::Loop& loop;
  Random& random;
  /// What the session is to take over and to keep; committed before any bytes are written. A store
  /// that fails ends the connection, ExitCode::io. The version of what is in flight goes before the
  /// plan's, whose client identifier must be the one that it was sent with.
  session::Store* store = nullptr;
};

/// The engine that the plan names. ExitCode::usage when the plan asks for what that engine cannot
/// do (the text names the option), ExitCode::io when the engine's module cannot be opened. `plan`
/// and `handler` must outlive the client.
MQTT_TOOLBOX_API Result<std::unique_ptr<Client>> make_client(Surroundings surroundings,
                                                             const ConnectPlan& plan,
                                                             Handler& handler);

/// The native engine: session over transport. `plan` and `handler` must outlive the client.
MQTT_TOOLBOX_API std::unique_ptr<Client> make_native_client(Surroundings surroundings,
                                                            const ConnectPlan& plan,
                                                            Handler& handler);

}  // namespace mqtt_toolbox::client
