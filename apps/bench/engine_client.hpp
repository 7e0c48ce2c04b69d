#pragma once

#include <memory>
#include <vector>

#include "bench/engine_account.hpp"
#include "client/client.hpp"
#include "load/schedule.hpp"
#include "load/stamp.hpp"
#include "load/tracker.hpp"

namespace mqtt_toolbox::bench {

class EngineClient;

class EngineClientEvents {
 public:
  virtual ~EngineClientEvents() = default;
  /// The outcome of its first attempt is known.
  virtual void on_attempted(EngineClient& client) = 0;
  /// It will send no more: all is sent, or it is gone.
  virtual void on_all_sent(EngineClient& client) = 0;
  virtual void on_gone(EngineClient& client) = 0;
};

/// One client of a run through an engine: publishers come first, then subscribers or idle ones, as
/// in load::Prepared.
class EngineClient final : private client::Handler {
 public:
  EngineClient(EngineAccount& account, EngineClientEvents& events, std::uint32_t number);

  /// ExitCode::usage for what the engine cannot do, ExitCode::io when it is not installed.
  Status open(client::Surroundings surroundings, client::Engine engine);
  void connect();
  /// Sends what is due, or in a closed loop a turn's share; arms itself for the rest.
  void pump();
  /// Of an open loop: sends what was due before then.
  void send_due_before(Time end);
  void stop_sending();
  void close(Duration grace);

  std::uint32_t number() const { return number_; }
  bool is_publisher() const { return number_ < account_.run.publishers; }
  bool is_gone() const { return gone_; }
  bool was_connected() const { return was_connected_; }
  const std::string& identifier() const { return plan_.client_identifier; }
  /// Why its last connection, or attempt to connect, ended.
  ExitCode last_failure() const { return last_failure_; }
  /// It gave up before it had sent everything.
  bool stopped_early() const { return stopped_early_; }
  /// Messages that were due before then.
  std::uint64_t due_by(Time now) const;
  /// Adds what was sent, by stream.
  void add_sent(std::vector<std::uint64_t>& sent) const;
  void add_delivery(const std::vector<std::uint64_t>& sent, load::Delivery& delivery) const;

 private:
  struct Lane {
    std::uint32_t stream;
    std::uint64_t sent;
  };

  void on_connected(const client::Connected& connected) override;
  void on_reconnecting(const Error& cause, Duration wait) override;
  void on_closed(const std::optional<Error>& error) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const client::PublishOutcome& outcome) override;
  void on_subscribed(client::Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(client::Token, const protocol::UnsubAck&) override {}
  void on_ready() override { pump(); }

  bool is_subscriber() const { return !is_publisher() && !account_.run.subscriptions.empty(); }
  const load::Subscriptions& subscriptions() const {
    return *account_.run.subscriptions[number_ - account_.run.publishers];
  }
  void note_times(const client::Connected& connected);
  void subscribe();
  void attempted();
  bool may_publish() const;
  void send_due(Time now);
  void send_turn(Time now);
  /// `done`: sent, or refused for good. After `not_now` comes on_ready, after `never` nothing.
  enum class Sent : std::uint8_t { done, not_now, never };
  Sent send(Time due, Time written);
  void take_next();
  void count(std::size_t payload_bytes);
  Sent refuse(const Error& error);
  bool match(std::uint32_t stream, std::uint64_t sequence);
  void note_stamp(const load::Stamp& stamp, Time received);
  void fail_with(const Error& error);

  EngineAccount& account_;
  EngineClientEvents& events_;
  std::uint32_t number_;
  client::ConnectPlan plan_;
  std::unique_ptr<client::Client> client_;
  transport::Loop::Timer timer_;
  std::vector<Lane> lanes_;
  std::size_t lane_ = 0;
  std::uint64_t taken_ = 0;  ///< messages sent or refused
  std::uint64_t left_ = 0;
  std::size_t refused_in_a_row_ = 0;
  std::unique_ptr<load::Schedule> schedule_;
  std::vector<load::StreamTracker> streams_;
  ExitCode last_failure_ = ExitCode::done;
  bool was_attempted_ = false;
  bool was_connected_ = false;
  bool was_subscribed_ = false;
  bool stopped_early_ = false;
  bool closing_ = false;
  bool gone_ = false;
};

}  // namespace mqtt_toolbox::bench
