#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/ended.hpp"
#include "client/lifeline.hpp"
#include "client/paho_engine.hpp"
#include "client/paho_requests.hpp"
#include "client/password.hpp"
#include "client/repeated_ends.hpp"
#include "client/subscriptions.hpp"
#include "session/backoff.hpp"

namespace mqtt_toolbox::client {

/// The paho engine: one of Paho's clients after the other, and the life around them. Paho keeps the
/// session while one of its clients lives; what it forgets with the session is sent again from
/// here.
class PahoClient final : public Client {
 public:
  PahoClient(Surroundings surroundings, PahoModule module, const ConnectPlan& plan,
             Handler& handler, std::string password_command);
  ~PahoClient() override;

  void connect() override;
  Result<Submission> publish(const protocol::Publish& message, Token token,
                             Payload payload) override;
  Result<Submission> subscribe(std::span<const protocol::Subscription> filters,
                               protocol::Properties properties, Token token) override;
  Result<Submission> unsubscribe(std::span<const protocol::Bytes> filters,
                                 protocol::Properties properties, Token token) override;
  Result<std::uint64_t> ping() override;
  /// Paho has done it already.
  void acknowledge(std::size_t) override {}
  void pause_reading(bool paused) override;
  Status authenticate(const protocol::Auth& auth) override;
  void close(const protocol::Disconnect& disconnect, Grace grace) override;
  /// Paho cannot end a connection without DISCONNECT: it is left to itself until the program ends.
  void abort(transport::Ending ending) override;
  bool online() const override { return stage_ == Stage::online; }
  protocol::Version version() const override { return version_; }
  std::size_t pending() const override;
  transport::StreamFacts facts() const override { return {}; }
  const session::SendProgress& send_progress() override { return send_progress_; }

 private:
  enum class Stage : std::uint8_t {
    idle,        ///< connect() has not been called
    renewing,    ///< the command that prints the password is at work
    connecting,  ///< Paho is at work
    online,
    waiting,   ///< until the next attempt
    flushing,  ///< close() was called, and QoS 0 messages are to be written
    closing,   ///< DISCONNECT is handed over
    clearing,  ///< another connection ends the session that the server keeps
    ended,
  };

  // Requests.
  Status check(const protocol::Publish& message, std::size_t size) const;
  bool has_room(const protocol::Publish& message, std::size_t size) const;
  Result<Submission> hand_over(const protocol::Publish& message, Token token, std::size_t size);
  void hand_over_unanswered();
  void hand_over_forgotten();

  // Attempts.
  void attempt_anew();
  void attempt();
  void attempt_first();
  void attempt_again();
  Status check_connect() const;
  void connect_link(bool clean_start);
  Duration longest_attempt() const;
  void arm_for_connack();
  void attempt_timed_out();
  void attempt_ended(const Ended& ended);
  Unanswered unanswered() const;
  void resubscribe();
  std::uint16_t window() const;

  // What Paho tells.
  void open_watch();
  void drain();
  void handle(const PahoEvent& event);
  void connected(const PahoEvent& event);
  void not_connected(const PahoEvent& event);
  Ended why_not_connected(const PahoEvent& event) const;
  void sent_away(const PahoEvent& event);
  void message(const PahoEvent& event);
  void too_large(std::size_t size);
  void published(const PahoEvent& event);
  void written(bool well);
  void answered(const PahoEvent& event);
  void lost();
  void tell_ready();

  // Loss and the end.
  void connection_ended(const Ended& ended);
  void retry(const Error& cause);
  void flushed();
  void link_closed();
  void clear_session();
  void closing_timed_out();
  void drop_link();
  void leave_link();
  void finish(std::optional<Error> error);

  transport::Loop& loop_;
  Random& random_;
  const PahoModule module_;
  const ConnectPlan& plan_;
  Handler& handler_;
  const std::string target_;

  session::Settings settings_;
  std::unique_ptr<PahoLink> link_;
  std::optional<transport::Loop::Watch> watch_;
  std::uint64_t link_number_ = 0;  ///< tells events of a link that is gone
  std::vector<PahoEvent> batch_;

  transport::Loop::Timer attempt_timer_;
  transport::Loop::Timer closing_timer_;
  session::Backoff backoff_;
  Password password_;
  session::SendProgress send_progress_;  ///< none are ever seen
  RepeatedEnds repeated_ends_{UINT32_MAX};
  Subscriptions subscriptions_;
  PahoMessages messages_;
  PahoRequests requests_;
  std::deque<std::size_t> unwritten_;  ///< sizes of the QoS 0 messages
  std::size_t unwritten_bytes_ = 0;
  std::size_t qos_0_lost_ = 0;
  PahoTicket last_ticket_ = 0;

  Stage stage_ = Stage::idle;
  protocol::Version version_;
  std::vector<protocol::Version> tried_;
  std::string identifier_;
  session::ServerLimits limits_;
  std::optional<Ended> ended_;  ///< as the server's DISCONNECT told it
  std::optional<Error> closing_error_;
  protocol::Disconnect disconnect_;
  std::string disconnect_properties_;
  Time connack_deadline_ = never;
  Time online_since_{};
  Duration grace_{};
  std::size_t abandoned_ = 0;  ///< requests without outcome in a session that was cleared
  bool was_online_ = false;
  bool told_to_wait_ = false;
  bool stopped_ = false;  ///< the handler wants no more messages
  bool paused_ = false;
  bool mixed_up_ = false;  ///< an attempt ended in a way that may have been another socket's
  bool damaged_ = false;   ///< the link must not be connected again, nor freed
  bool all_done_ = false;  ///< when `close` was called nothing but DISCONNECT was left to do
  Lifeline lifeline_;
};

}  // namespace mqtt_toolbox::client
