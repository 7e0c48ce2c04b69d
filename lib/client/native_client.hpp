#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/answer_timeout.hpp"
#include "client/client.hpp"
#include "client/ended.hpp"
#include "client/lifeline.hpp"
#include "client/password.hpp"
#include "client/repeated_ends.hpp"
#include "client/subscribe_parts.hpp"
#include "client/subscriptions.hpp"
#include "client/wire.hpp"
#include "protocol/topic.hpp"
#include "session/backoff.hpp"
#include "session/session.hpp"

namespace mqtt_toolbox::client {

/// The native engine: a Session, the Wire that moves its bytes, and the life around them: attempts,
/// versions, reconnects, the end.
class NativeClient final : public Client, private session::Handler, private WireEvents {
 public:
  NativeClient(Surroundings surroundings, const ConnectPlan& plan, client::Handler& handler,
               std::string password_command);

  void connect() override;
  Result<Submission> publish(const protocol::Publish& message, Token token,
                             Payload payload) override;
  Result<Submission> subscribe(std::span<const protocol::Subscription> filters,
                               protocol::Properties properties, Token token) override;
  Result<Submission> unsubscribe(std::span<const protocol::Bytes> filters,
                                 protocol::Properties properties, Token token) override;
  Result<std::uint64_t> ping() override;
  void acknowledge(std::size_t messages) override;
  void pause_reading(bool paused) override;
  Status authenticate(const protocol::Auth& auth) override;
  void close(const protocol::Disconnect& disconnect, Grace grace) override;
  void abort(transport::Ending ending) override;
  bool ended_at_request() const override { return ended_at_request_; }
  void limit_inflight(std::optional<std::uint16_t> messages) override;
  bool withdraw(Token token) override;
  bool online() const override { return stage_ == Stage::online; }
  protocol::Version version() const override { return version_; }
  std::size_t pending() const override;
  transport::StreamFacts facts() const override { return wire_.facts(); }
  const session::SendProgress& send_progress() override { return wire_.send_progress(); }

 private:
  enum class Stage : std::uint8_t {
    idle,         ///< connect() has not been called
    renewing,     ///< the command that prints the password is at work
    opening,      ///< the connector is at work
    handshaking,  ///< CONNECT sent
    online,
    waiting,    ///< until the next attempt
    closing,    ///< DISCONNECT is queued
    lingering,  ///< all written; the server is given time to read it
    clearing,   ///< another connection ends the session that the server keeps
    ended,
  };

  // Session events.
  void on_connected(const session::Connected& connected) override;
  void on_refused(const protocol::ConnAck& connack) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const PublishOutcome& outcome) override;
  void on_subscribed(Token part, const protocol::SubAck& suback) override;
  void on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) override;
  void on_disconnect(const protocol::Disconnect& disconnect) override;
  void on_auth(const protocol::Auth& auth) override;
  void on_pingresp(std::uint64_t number) override;
  void on_ready() override;
  void on_packet(session::Direction direction, const protocol::Frame& frame,
                 protocol::Version version) override;

  // Wire events.
  bool on_bytes(protocol::Bytes bytes) override;
  void on_bytes_end() override;
  bool before_writing() override;
  void on_progress() override;
  void on_written() override;
  void on_gone(const std::optional<Error>& failure) override;

  // Attempts.
  void attempt_anew();
  void attempt();
  void opened(Result<transport::Connection> connection);
  void handshake(transport::Connection connection);
  void make_session(session::Settings settings, session::Store* store);
  void await_connack();
  void stop_awaiting_connack();
  void connack_missing(Duration limit);
  void fall_back_after_silence();
  void attempt_ended(const Ended& ended);
  Unanswered unanswered() const;
  void note_connack(const protocol::ConnAck& connack);
  void resubscribe();

  // Loss and the end.
  void session_ended();
  Ended how_session_ended() const;
  void closed_online(const std::optional<Error>& failure);
  void connection_ended(const Ended& ended, const EndedAt& at);
  Duration good_life() const;
  EndedAt oldest_request() const;
  EndedAt ended_at_close(bool is_orderly) const;
  void hold_in_doubt();
  void release();
  EndedAt ended_at_fault() const;
  void retry(const Error& cause);
  void all_written();
  void clear_session();
  void closing_timed_out();
  Time closing_limit();
  void arm_for_closing();
  void finish(std::optional<Error> error);

  void advance_session();
  void request_answered();
  void after_session();
  void watch_session_deadline();
  void update_reading();
  Status check_filter(protocol::Bytes filter) const;

  /// Enough to tell what answered.
  static constexpr std::size_t first_bytes_kept = 64;

  transport::Loop& loop_;
  Random& random_;
  const ConnectPlan& plan_;
  client::Handler& handler_;
  session::Store* const store_;
  const std::optional<protocol::Version> fixed_version_;  ///< none: `auto`
  const std::string target_;

  Wire wire_;
  session::Settings settings_;
  std::optional<session::Session> session_;
  std::optional<transport::Connector> connector_;
  transport::Loop::Timer attempt_timer_;  ///< until the next one
  AnswerTimeout connack_;
  AnswerTimeout silence_;  ///< until the next version is tried
  transport::Loop::Timer session_timer_;
  transport::Loop::Timer closing_timer_;
  transport::Loop::Timer hold_timer_;
  session::Backoff backoff_;
  Password password_;
  RepeatedEnds repeated_ends_;
  Subscriptions subscriptions_;
  SubscribeParts subscribe_parts_;

  Stage stage_ = Stage::idle;
  protocol::Version version_;
  /// In this attempt; more than one after a fallback.
  std::vector<protocol::Version> tried_;
  std::string identifier_;
  transport::StageTimes times_;
  std::string first_bytes_;
  std::optional<Ended> ended_;  ///< as the session told it
  std::optional<Error> closing_error_;
  Time online_since_{};
  std::uint64_t connect_end_ = 0;  ///< Output::written() behind CONNECT
  Time session_wake_ = never;
  Time closing_since_{0};
  Grace grace_{Duration::zero()};
  std::size_t unwritten_qos_0_ = 0;
  std::size_t abandoned_ = 0;  ///< requests without outcome in a session that was cleared
  bool was_online_ = false;
  bool delivering_ = false;  ///< the session is on the call stack
  bool told_to_wait_ = false;
  bool ended_at_request_ = false;
  bool is_sent_away_ = false;  ///< the server sent DISCONNECT when it had something to answer
  /// A connection was cut with a request on its way, and no request was answered since.
  bool has_doubt_ = false;
  bool is_held_ = false;  ///< nothing is written until hold_timer_
  bool paused_ = false;
  bool lingers_ = false;   ///< at its end the connection waits for the server's
  bool all_done_ = false;  ///< when `close` was called nothing but DISCONNECT was left to do
  Lifeline lifeline_;
};

}  // namespace mqtt_toolbox::client
