#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/codec.hpp"
#include "session/handler.hpp"
#include "session/output.hpp"
#include "session/send_progress.hpp"
#include "session/settings.hpp"
#include "session/store.hpp"

namespace mqtt_toolbox::session {

enum class Phase : std::uint8_t {
  offline,     ///< no transport
  connecting,  ///< CONNECT sent, no CONNACK yet
  online,
  closing,  ///< DISCONNECT sent or received, refused, or a fault: close the transport
};

enum class Admission : std::uint8_t { accepted, would_block };

struct Submission {
  Admission admission = Admission::accepted;
  protocol::PacketIdentifier packet_identifier = 0;  ///< 0 at QoS 0 and for would_block
};

/// Copied payloads may go away when `publish` returns. Borrowed ones must live until the outcome
/// (at QoS 0: until the bytes were written); use it for large ones.
enum class Payload : std::uint8_t { copied, borrowed };

/// A packet of the server's that was refused because of its size.
struct Oversize {
  std::size_t size = 0;       ///< bytes, whole packet, as its fixed header says
  std::uint32_t limit = 0;    ///< bytes
  bool is_announced = false;  ///< the limit is the Maximum Packet Size in CONNECT
};

/// Why a session wants its connection closed.
struct Failure {
  protocol::ReasonCode reason = protocol::ReasonCode::protocol_error;  ///< as sent in DISCONNECT
  std::optional<protocol::Fault> fault;  ///< what the server's bytes violated
  std::string_view text;                 ///< "the broker did not answer PINGREQ"
  /// The server's packet that was refused, where it was one.
  std::optional<protocol::PacketType> packet{};
  std::string topic{};  ///< of that packet, if it was a PUBLISH and its topic can be read
  std::string start{};  ///< its first bytes, at most 256
  /// The statement of the version's standard that forbids it to a server, "MQTT-3.3.1-2"; empty:
  /// there is none.
  std::string_view statement{};
  std::optional<Oversize> oversize{};
};

/// What happened, with the numbers and the mend, without the section that `fault` violates.
MQTT_TOOLBOX_API std::string describe(const Failure& failure);

/// What waits longest for the server's answer, as it stands in its packet.
struct Pending {
  protocol::PacketType packet = protocol::PacketType::publish;  ///< or PUBREL, (UN)SUBSCRIBE
  std::string subject;      ///< the topic, or the first topic filter; empty for PUBREL
  std::size_t filters = 0;  ///< of a SUBSCRIBE or an UNSUBSCRIBE
  protocol::Qos qos = protocol::Qos::at_most_once;  ///< of a PUBLISH
  bool retain = false;                              ///< of a PUBLISH
  std::size_t size = 0;                             ///< bytes, whole packet
};

/// One client's side of an MQTT conversation as a pure state machine: bytes and the time go in,
/// bytes (into the Output) and events (to the Handler) come out. It outlives its connections and
/// resumes unacknowledged QoS 1 and 2 messages on the next one (MQTT 5.0 section 4.4). Not
/// thread-safe; a Handler may call any function but `receive` and `advance` from inside an event.
class MQTT_TOOLBOX_API Session {
 public:
  /// `settings`, `handler`, `output` and `store` must outlive the session. With a store, whoever
  /// takes bytes out of `output` commits it first.
  Session(const Settings& settings, Handler& handler, Output& output, Store* store = nullptr);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  Session(const Session&) = delete;

  /// Takes over what the store has unfinished, before the first connection, which must be opened in
  /// that version and should ask for the session. Its outcomes come with the tokens of the store.
  /// ExitCode::io when the store cannot be read or contradicts itself.
  Status restore();

  /// The transport is open: sends CONNECT in `version`. Calls after the first follow
  /// Settings::resume, where a call that led to no CONNACK with success does not count, and `reset`
  /// asks for a new session. ExitCode::usage when CONNECT cannot be encoded, and when the version
  /// changes while messages are unacknowledged.
  Status transport_opened(protocol::Version version, const Identity& identity, Time now);

  /// Bytes from the transport. Everything is consumed; an incomplete packet is kept.
  void receive(Bytes bytes, Time now);

  /// False while more than Settings::unread_bytes of answers to the server (PUBACK, PUBREC, PUBREL,
  /// PUBCOMP, AUTH) wait in the output: whoever drives the session does not read until half of them
  /// are written. When no byte has left for Settings::unread_timeout, `advance` ends the
  /// connection.
  bool may_receive();

  /// The transport is gone. What is unacknowledged stays for the next connection.
  void transport_closed();

  /// Sends PINGREQ when due and notices a missing PINGRESP and answers that stay unread, for which
  /// the time runs from when bytes last left; call at `deadline()`, and while bytes wait as often
  /// as `progress` asks.
  void advance(Time now, const SendProgress& progress);
  /// The same for who knows no more of them than what was taken out of the Output.
  void advance(Time now);
  /// When `advance` wants to be called next; `never` if not at all.
  Time deadline() const;
  /// While the application does not read, a missing PINGRESP is not the server's fault.
  void reading_paused(bool paused, Time now);

  /// Refused with ExitCode::rejected when it would break a limit of the server (the text names the
  /// limit), with ExitCode::usage when it cannot be encoded. would_block when offline, when the
  /// window is full, when too many bytes wait, and while older messages are being sent again;
  /// on_ready follows. DUP and the packet identifier of `message` are ignored. At QoS 0 there is no
  /// outcome: accepted is all there is to know.
  Result<Submission> publish(const protocol::Publish& message, Token token, Payload payload,
                             Time now);

  /// The packet identifier in the argument is ignored. Limits of the server as for `publish`.
  /// would_block when offline and when no more can be kept; on_ready follows. Once accepted there
  /// will be an outcome, if need be on a later connection.
  Result<Submission> subscribe(const protocol::Subscribe& subscribe, Token token, Time now);
  Result<Submission> unsubscribe(const protocol::Unsubscribe& unsubscribe, Token token, Time now);

  /// Without Settings::acknowledge_at_once: acknowledges the oldest `messages` QoS 1 and 2 messages
  /// delivered and not yet acknowledged, in order of delivery (MQTT-4.6.0-2 to -4).
  void acknowledge(std::size_t messages, Time now);
  /// QoS 1 and 2 messages delivered and not acknowledged.
  std::size_t unacknowledged() const;

  /// Sends PINGREQ (MQTT 5.0 section 3.12), whose PINGRESP says that the server has read what was
  /// sent before it, and returns its number on this connection, from 1; those of the keep-alive
  /// have one too. No time-out runs for it. ExitCode::lost when there is no connection.
  Result<std::uint64_t> ping(Time now);

  /// Sends AUTH (5.0). ExitCode::lost when there is no connection.
  Status authenticate(const protocol::Auth& auth, Time now);

  /// Sends DISCONNECT and goes to `closing`; does nothing when there already. Reason and properties
  /// are sent under 5.0 only. ExitCode::lost when offline.
  Status disconnect(const protocol::Disconnect& disconnect, Time now);

  Phase phase() const;
  protocol::Version version() const;
  const ServerLimits& limits() const;
  /// Set when `phase()` became `closing` through a fault of the server or a time-out.
  const std::optional<Failure>& failure() const;
  /// Messages, SUBSCRIBEs and UNSUBSCRIBEs sent and without outcome.
  std::size_t inflight() const;
  /// The oldest of these; none when there are none.
  std::optional<Pending> oldest_pending() const;
  /// From now on at most so many QoS 1 and 2 messages (at least 1) are on their way at once, also
  /// when the settings and the server allow more. UINT32_MAX: these alone decide.
  void limit_window(std::uint32_t messages, Time now);
  /// Between two connections: the message of this token is not sent again and gets no outcome; the
  /// store is told nothing. False when there is no such message.
  bool withdraw(Token token);
  /// Inside on_connected: SUBSCRIBEs without SUBACK that are larger than this server takes. They
  /// are not sent again and get no outcome; their tokens, in the order of sending.
  std::vector<Token> withdraw_oversized_subscribes();
  /// Forgets everything unacknowledged in both directions (a new session will be asked for).
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mqtt_toolbox::session
