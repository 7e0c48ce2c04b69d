#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/allowance.hpp"
#include "check/message.hpp"
#include "check/timeout.hpp"
#include "client/lifeline.hpp"
#include "client/plan.hpp"
#include "session/session.hpp"
#include "transport/connector.hpp"

namespace mqtt_toolbox::check {

class CaseContext;

/// What becomes of a packet that is about to be written, or that has been read.
enum class Fate : std::uint8_t {
  pass,
  swallow,     ///< it is as if it had never been there
  cut_before,  ///< the connection is cut; nobody gets it
  cut_after,   ///< it gets where it is going, then the connection is cut, before any answer
};

/// A packet that went by, as the client remembers it.
struct PacketNote {
  session::Direction direction{};
  protocol::PacketType type{};
  protocol::PacketIdentifier packet_identifier = 0;
  bool dup = false;
  Time at{};
};

/// How a connection ended, seen from here.
struct ConnectionEnd {
  enum class Kind : std::uint8_t {
    here,     ///< this side cut it or said DISCONNECT
    closed,   ///< the broker closed it
    failed,   ///< it broke: reset, TLS alert, ...
    garbage,  ///< the broker's bytes violate the specification, or it went silent
  };
  Kind kind = Kind::here;
  /// For people; of the broker's doing with the reason of its DISCONNECT, and with how many
  /// messages it had answered where that were not all.
  std::string text;
  /// Of the broker's DISCONNECT.
  std::optional<protocol::ReasonCode> reason;
  Time at{};
};

/// How an attempt to connect ended.
struct Attempt {
  enum class Kind : std::uint8_t { accepted, refused, closed, silent, unreachable };
  Kind kind = Kind::unreachable;
  /// Of CONNACK, when there was one.
  std::optional<protocol::ReasonCode> reason;
  std::string text;    ///< for people: "refused: Not authorized", "closed without an answer"
  std::string said{};  ///< of CONNACK, see `reason_string_of`
};

/// Whether it is this side that has nothing left for a connection.
bool is_local_shortage(const Attempt& attempt);

struct SubscribeOptions {
  protocol::Qos qos = protocol::Qos::exactly_once;
  bool no_local = false;
  bool retain_as_published = false;
  protocol::RetainHandling retain_handling = protocol::RetainHandling::always;
  std::uint32_t identifier = 0;  ///< 0: none
};

/// One client that a script leads: a session over a transport, with a hook through which every
/// packet goes before it is written and after it was read. Each step runs the context's loop until
/// its answer is there. It outlives its connections: `connect` again takes the session up, when the
/// plan says so. It keeps what its script can ask for, and no more than the run's Allowance: a
/// broker that sends more aborts the case.
class ScriptedClient final : private session::Handler,
                             private transport::StreamEvents,
                             private session::Sender {
 public:
  /// Sees each packet before its fate: for `sent`, before it is written; for `received`, before the
  /// session has it.
  using Hook = std::function<Fate(session::Direction, const protocol::Frame&)>;

  ScriptedClient(CaseContext& context, client::ConnectPlan plan);
  ~ScriptedClient() override;

  /// Also the session's settings, which the next `connect` takes up with `start_over`.
  client::ConnectPlan& plan() { return plan_; }
  const std::string& identifier() const { return plan_.client_identifier; }
  /// Of all its subscriptions so far.
  const std::vector<std::string>& filters() const { return filters_; }

  void set_hook(Hook hook) { hook_ = std::move(hook); }
  /// How cut_before and cut_after cut.
  void set_cut(transport::Ending ending) { ending_ = ending; }

  /// CONNECT, until CONNACK; false, and the case is aborted, when it is not a success.
  bool connect();
  /// The same without aborting for a refusal.
  Attempt try_connect();
  /// The plan's password, or what it has become where that is the run's.
  std::optional<std::string> password();
  /// Whether the password was refused, and there is another one now.
  bool has_new_password(const Attempt& attempt);
  /// Opens the transport and sends nothing.
  bool open();
  /// Opens the transport and sends these bytes in place of CONNECT; until CONNACK, or `timeout` is
  /// over. There is no session on this side then: packets pass the hook and nothing else.
  Attempt try_bytes(protocol::Bytes connect, Timeout timeout);
  /// Forgets the session on this side: the next `connect` is a new client with the same identifier.
  void start_over();

  bool online() const;
  bool session_present() const { return session_present_; }
  const session::ServerLimits& limits() const;
  /// Seconds, as this side asked for it.
  std::uint16_t keep_alive() const { return plan_.session.keep_alive; }
  /// Of the last CONNACK.
  protocol::Properties connack_properties() const { return connack_properties_.view(); }
  transport::StreamFacts facts() const;

  /// Until acknowledged; at QoS 0 until written. False, and the case is aborted, when it is not.
  bool publish(const Message& message);
  /// The reason code of the acknowledgement, 0 at QoS 0; none when there was no answer.
  std::optional<protocol::ReasonCode> try_publish(const Message& message,
                                                  Timeout timeout = usual_timeout);
  /// Without waiting for the acknowledgement. The session refuses what the server's limits forbid:
  /// false.
  bool send(const Message& message);
  /// Until everything sent has its outcome.
  bool settle(Timeout timeout = usual_timeout);
  /// What the broker said of the last message, subscription or unsubscription that it refused (see
  /// `reason_string_of`).
  const std::string& said() const { return said_; }
  /// Outcomes with a failure so far.
  std::size_t refusals() const { return refusals_; }

  /// False, and the case is aborted (unsupported, where the reason code says so), when refused.
  bool subscribe(const std::string& filter, const SubscribeOptions& options = {});
  /// The SUBACK's code; none when there was no answer.
  std::optional<protocol::ReasonCode> try_subscribe(const std::string& filter,
                                                    const SubscribeOptions& options = {},
                                                    Timeout timeout = usual_timeout);
  std::optional<protocol::ReasonCode> try_unsubscribe(const std::string& filter);
  /// Without waiting for the answer; none: it could not be sent.
  std::optional<session::Token> begin_unsubscribe(const std::string& filter);
  /// PINGREQ past the session; until PINGRESP. After it, everything the broker had to say before is
  /// here.
  bool ping(Timeout timeout = usual_timeout);

  /// DISCONNECT and the end of the transport; the properties under 5.0 only.
  void disconnect(protocol::ReasonCode reason = protocol::ReasonCode::success,
                  const protocol::PropertyList* properties = nullptr);
  /// DISCONNECT 0x00 without waiting for the end of the transport.
  void leave();
  /// Ends the connection at once. `freeze`: the socket stays open and nobody listens.
  void cut(transport::Ending ending);
  /// When the last connection was cut, said DISCONNECT or was frozen here, or when the broker's end
  /// was seen.
  Time ended_at() const { return end_ ? end_->at : Time{}; }
  const std::optional<ConnectionEnd>& end() const { return end_; }
  /// How the broker last ended a connection, where it said why or owed answers; else empty.
  const std::string& ended_by_broker() const { return ended_by_broker_; }
  /// Until the connection is over.
  bool wait_for_end(Timeout timeout);

  /// As CaseContext::wait_for_answer, for answers to what this client sends.
  bool wait_for_answer(const std::function<bool()>& condition, Timeout timeout);

  /// Past the session: whatever the script wants the broker to see.
  void send_bytes(protocol::Bytes bytes);
  void send_packet(const protocol::Packet& packet);
  /// Stops reading, as a slow client does.
  void pause_reading(bool paused);
  /// With plan.session.acknowledge_at_once false.
  void acknowledge(std::size_t messages);

  /// All messages, over all connections, in order of arrival, without the foreign ones.
  const std::vector<Message>& received() const { return received_; }
  void forget_received();
  /// From now on neither messages nor packets are kept: they are only counted.
  void count_only() { counts_only_ = true; }
  /// Messages that came, also those that are not kept.
  std::size_t messages() const { return messages_; }
  /// Until so many have come, all that came counted, or the connection is over.
  bool wait_for(std::size_t messages, Timeout timeout);
  /// Every packet of every connection, in order, but those that were sent past the session.
  const std::vector<PacketNote>& packets() const { return packets_; }

 private:
  void on_connected(const session::Connected& connected) override;
  void on_refused(const protocol::ConnAck& connack) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const session::PublishOutcome& outcome) override;
  void on_subscribed(session::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(session::Token token, const protocol::UnsubAck& unsuback) override;
  void on_disconnect(const protocol::Disconnect& disconnect) override;
  void on_auth(const protocol::Auth&) override {}
  void on_ready() override;
  void on_readable() override;
  void on_writable() override;
  const session::SendProgress& send_progress() override;

  bool handshake();
  Attempt connect_once();
  Attempt how_attempt_ended() const;
  void note_connack(const protocol::ConnAck& connack);
  void note_answer(session::Token token, protocol::ReasonCode reason,
                   protocol::Properties properties);
  bool submit(const Message& message, session::Token token);
  void say_disconnect(const protocol::Disconnect& disconnect);
  std::optional<protocol::ReasonCode> outcome(session::Token token, Timeout timeout);
  std::string why_ended() const;
  std::string how_broker_ended(std::string text) const;
  protocol::Version version() const;
  void observe_sent(protocol::Bytes bytes) const;
  void note_publish(const protocol::Publish& publish);

  // Out.
  void pass_output();
  bool pass_out(const protocol::Frame& frame, std::string_view bytes);
  Fate fate_of(session::Direction direction, const protocol::Frame& frame);
  void write();
  void update_interest();
  // In.
  bool is_expected(std::string_view topic) const;
  bool may_have_other_subscriptions() const;
  bool is_stray(const protocol::Frame& frame) const;
  bool is_too_much();
  bool may_receive(std::size_t packet_bytes);
  std::string why_not_received() const;
  void make_room(std::size_t bytes);
  void take_packets();
  void refuse(protocol::Fault fault, std::string_view bytes);
  void take_packet(const protocol::Frame& frame, std::string_view bytes);
  void deliver(const protocol::Frame& frame, std::string_view bytes);
  void note_failure();
  void advance();
  void after_session();
  // The end.
  void lose(const Error& error);
  void finish(ConnectionEnd::Kind kind, std::string text);
  void retire(transport::Ending ending);

  CaseContext& context_;
  client::ConnectPlan plan_;
  session::Output output_;
  std::optional<session::Session> session_;
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::Stream> stream_;
  /// Ended, but perhaps on the call stack.
  std::vector<std::unique_ptr<transport::Stream>> retired_;
  /// Open as long as the client lives, and dead.
  std::vector<std::unique_ptr<transport::Stream>> frozen_;
  transport::Loop::Timer timer_;
  Hook hook_;
  transport::Ending ending_ = transport::Ending::reset;
  transport::Ending cut_with_ = transport::Ending::reset;

  std::string gathering_;    ///< of the session, not yet past the hook
  std::string outgoing_;     ///< past the hook, not yet written
  std::size_t written_ = 0;  ///< of outgoing_
  std::size_t answers_ = 0;  ///< bytes in outgoing_ that the broker has caused
  session::SendProgress send_progress_;
  std::string incoming_;
  std::size_t needed_ = 0;  ///< of incoming_, for its first packet to be whole
  std::optional<transport::Ending> end_when_written_;
  bool paused_ = false;
  bool blocked_ = false;  ///< the stream takes no more bytes for now
  bool losing_ = false;
  bool ready_ = false;

  std::optional<std::uint32_t> password_number_;  ///< none: it is not the run's
  std::optional<Error> unreachable_;
  std::optional<protocol::ReasonCode> connack_;
  protocol::PropertyList connack_properties_{protocol::PropertyPlace::connack};
  bool session_present_ = false;
  std::optional<protocol::ReasonCode> disconnect_reason_;
  std::string disconnect_said_;  ///< its Reason String
  std::optional<ConnectionEnd> end_;

  session::Token next_token_ = 1;
  std::map<session::Token, protocol::ReasonCode> outcomes_;
  std::string said_;
  std::size_t outstanding_ = 0;
  std::size_t refusals_ = 0;
  std::size_t pings_sent_ = 0;
  std::size_t pings_answered_ = 0;
  std::size_t published_ = 0;  ///< above QoS 0, on this connection
  std::size_t answered_ = 0;   ///< of these, with PUBACK or PUBREC
  std::string ended_by_broker_;
  std::vector<std::string> filters_;  ///< of all subscriptions
  std::vector<Message> received_;
  std::size_t messages_ = 0;
  std::size_t kept_bytes_ = 0;      ///< of received_
  std::size_t received_bytes_ = 0;  ///< all packets that passed the hook
  bool counts_only_ = false;
  bool has_sent_bytes_ = false;  ///< of its script's own, perhaps SUBSCRIBE
  std::vector<PacketNote> packets_;
  Holding holding_;
  client::Lifeline lifeline_;
};

}  // namespace mqtt_toolbox::check
