#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "session/aliases.hpp"
#include "session/answers.hpp"
#include "session/inflight.hpp"
#include "session/keep_alive.hpp"
#include "session/receipts.hpp"
#include "session/session.hpp"
#include "session/violations.hpp"

namespace mqtt_toolbox::session {

/// MQTT 5.0 section 3.1.2.11.3; before 5.0 it is the number of packet identifiers.
inline constexpr std::uint16_t receive_maximum_by_default = 65'535;

/// Everything a session knows. The functions stand by subject in the files named above them.
struct Session::State final : Output::Watcher {
  State(const Settings& settings_given, Handler& handler_given, Output& output_given,
        Store* store_given);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // handshake.cpp: from CONNECT to CONNACK, and the end of a connection.
  Status open(protocol::Version wanted, const Identity& identity, Time time);
  void close();
  void reset();
  void announce_limits();
  void on_connack(const protocol::ConnAck& connack);
  void go_online(const protocol::ConnAck& connack);
  void limit_window(std::uint32_t messages, Time time);
  Status send_within_limits(const protocol::Packet& packet);
  Status authenticate(const protocol::Auth& auth, Time time);
  Status disconnect(const protocol::Disconnect& disconnect, Time time);

  // sending.cpp: packets into the output.
  tl::expected<void, protocol::Fault> send(const protocol::Packet& packet);
  void send_acknowledgement(protocol::PacketType type, protocol::PacketIdentifier id);
  void answer_unknown(protocol::PacketType type, protocol::PacketIdentifier id);
  void answer(const protocol::Packet& packet);
  void note_answer(std::size_t size) { answers.add(size, settings.unread_bytes, output, now); }
  bool has_too_many_answers() { return answers.are_too_many(settings.unread_bytes, output); }
  void send_stored(const InflightEntry& entry);
  void note_borrowed(const InflightEntry& entry, std::uint64_t written_at);
  void commit(const char* packet, std::size_t size, Bytes borrowed = {});
  void commit_observed(const char* packet, std::size_t size, Bytes borrowed);

  // publishing.cpp: PUBLISH from this side.
  Result<Submission> publish(const protocol::Publish& given, Token token, Payload payload,
                             Time time);
  /// Whether the message may have a topic alias, its own or one chosen for it.
  bool may_have_alias(const protocol::Publish& message) const {
    const bool may_choose = settings.use_topic_aliases && limits.topic_alias_maximum != 0;
    return version == protocol::Version::v5 && (may_choose || !message.properties.empty());
  }
  Result<OutgoingAliases::Choice> choose_alias(const protocol::Publish& message);
  Result<Submission> send_unstored(const protocol::Publish& wire, Payload payload);
  Result<Submission> send_new(const protocol::Publish& message, Token token, Payload payload,
                              OutgoingAliases::Choice alias);
  Result<Submission> send_aliased(const protocol::Publish& message, Bytes topic, Token token,
                                  Payload payload, OutgoingAliases::Choice alias);
  Result<Inflight::Sequence> store_new(const protocol::Publish& message, Token token,
                                       Payload payload);
  Result<Inflight::Sequence> store(const protocol::Publish& given, Token token, Payload payload);
  bool admits(std::size_t room) const;
  Submission block(std::size_t room);
  void watch_output();
  void notify_ready();
  void output_drained() override;

  // requests.cpp: SUBSCRIBE and UNSUBSCRIBE.
  template <typename Request>
  Result<Submission> request(Request request, Token token, Awaiting awaiting);
  Result<Submission> subscribe(const protocol::Subscribe& subscribe, Token token, Time time);
  Result<Submission> unsubscribe(const protocol::Unsubscribe& unsubscribe, Token token, Time time);
  void on_suback(const protocol::SubAck& suback);
  void on_unsuback(const protocol::UnsubAck& unsuback);
  std::optional<Token> finish_request(protocol::PacketIdentifier id, Awaiting awaiting,
                                      std::optional<std::size_t> codes);

  // acknowledged.cpp: what the server answers to PUBLISH.
  void on_puback(const protocol::PubAck& ack);
  void on_pubrec(const protocol::PubRec& ack);
  void on_pubcomp(const protocol::PubComp& ack);
  Inflight::Sequence find_publish(protocol::PacketIdentifier id);
  bool acknowledges_unsent(const InflightEntry& entry) const;
  void finish_publish(Inflight::Sequence sequence, protocol::ReasonCode reason,
                      const protocol::Properties& properties);

  // pending.cpp: packets described for people.
  std::optional<Pending> oldest_pending();
  void name_refused(const protocol::Frame& frame);
  void name_refused(Bytes packet);
  Oversize oversize(std::size_t size) const;

  // restoring.cpp: what an earlier process has left unacknowledged.
  Status restore();
  Status restore(const Unfinished& unfinished);

  // resending.cpp: what is unacknowledged, on a new connection.
  void start_resending();
  void send_all_as_new();
  void continue_resending();
  bool resend(Inflight::Sequence sequence);
  void resend_publish(Inflight::Sequence sequence);
  std::optional<protocol::ReasonCode> reason_not_to_send(const InflightEntry& entry);
  bool withdraw(Token token);
  std::vector<Token> withdraw_oversized_subscribes();
  bool is_resent() const { return resend_next == resend_end; }
  bool was_sent(Inflight::Sequence sequence) const {
    return sequence < resend_next || sequence >= resend_end;
  }

  // receiving.cpp: bytes to packets, and what is done with each.
  void receive(Bytes bytes, Time time);
  bool may_begin(Bytes packet) {
    return phase != Phase::connecting || may_come_before_connack(packet);
  }
  bool may_come_before_connack(Bytes packet);
  std::uint32_t packet_limit() const {
    return phase == Phase::connecting ? connack_limit() : maximum_packet_size;
  }
  std::uint32_t connack_limit() const;
  void refuse(protocol::Fault fault, Bytes bytes);
  Bytes complete_partial(Bytes bytes);
  void on_frame(const protocol::Frame& frame);
  void on_frame_before_connack(const protocol::Frame& frame);
  void on_frame_online(const protocol::Frame& frame);
  void on_other_frame(const protocol::Frame& frame);
  bool on_plain_acknowledgement(const protocol::Frame& frame);
  void on_decoded(const protocol::Packet& packet);
  std::optional<Bytes> authentication_method() const;
  void on_auth(const protocol::Auth& auth);
  void on_disconnect(const protocol::Disconnect& disconnect);
  bool is_listening() const { return phase == Phase::connecting || phase == Phase::online; }
  bool is_online_still(std::uint32_t on_connection) const {
    return phase == Phase::online && connection == on_connection;
  }

  // messages.cpp: PUBLISH from the server.
  void on_publish(const protocol::Frame& frame);
  bool resolve_alias(protocol::Publish& message);
  bool count_received();
  void on_qos_1(const protocol::Publish& message);
  void on_qos_2(const protocol::Publish& message);
  void on_pubrel(const protocol::PubRel& pubrel);
  void deliver(const protocol::Publish& message);
  void acknowledge(std::size_t messages, Time time);

  // session.cpp
  void advance(Time time, const SendProgress& progress);
  void lose(protocol::ReasonCode reason, std::string_view text);
  std::uint64_t send_pingreq();
  Result<std::uint64_t> ping(Time time);
  void on_pingresp();
  void release_idle_memory();
  void fail_connection(const Violation& violation);
  void fail_connection(protocol::Fault fault);
  void tell_server(protocol::ReasonCode reason);

  const Settings& settings;
  Handler& handler;
  Output& output;
  Store* durable;  ///< null: nothing survives

  Time now{0};
  std::uint32_t connection = 0;  ///< counts connections, to notice a change inside an event
  Phase phase = Phase::offline;
  protocol::Version version = protocol::Version::v5;
  bool clean_start = true;        ///< as sent in CONNECT
  bool was_online = false;        ///< there was a session before
  bool forgotten = false;         ///< `reset`: the next CONNECT asks for a new session
  bool session_present = false;   ///< as received in CONNACK
  bool delivery_stopped = false;  ///< the handler wants no more messages of this connection
  bool publish_blocked = false;   ///< would_block was answered, on_ready is due
  std::uint16_t receive_maximum = receive_maximum_by_default;  ///< this side's, as sent in CONNECT
  std::uint16_t topic_alias_maximum = 0;                       ///< this side's
  std::uint32_t maximum_packet_size = protocol::maximum_packet_bytes;  ///< this side's
  SendProgress output_progress;  ///< where nobody knows what the transport does
  std::size_t blocked_room = 0;  ///< bytes the blocked PUBLISH needs in the arena; 0 at QoS 0
  ServerLimits limits;
  std::optional<Failure> failure;
  KeepAlive keep_alive;
  Answers answers;
  std::uint64_t pings_sent = 0;  ///< on this connection
  std::uint64_t pings_answered = 0;

  Inflight inflight;
  Inflight::Sequence resend_next = 0;  ///< the next entry to resend on this connection
  Inflight::Sequence resend_end = 0;
  std::uint32_t window = 0;                 ///< QoS 1 and 2 messages allowed without outcome
  std::uint32_t window_limit = UINT32_MAX;  ///< the caller's bound on `window`
  std::uint32_t window_used = 0;            ///< those sent on this connection
  std::unique_ptr<OutgoingAliases> outgoing_aliases;

  std::string partial;  ///< an incomplete packet
  IncomingAliases incoming_aliases;
  ReceivedIdentifiers received;
  Deliveries deliveries;
  std::uint32_t received_unacknowledged = 0;  ///< towards `receive_maximum`
};

}  // namespace mqtt_toolbox::session
