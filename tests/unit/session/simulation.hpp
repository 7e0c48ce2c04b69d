#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "session/session.hpp"
#include "support/simulated_network.hpp"
#include "support/simulated_server.hpp"
#include "unit/session/fake_store.hpp"

namespace mqtt_toolbox::session {

/// What happens in one simulated life of a session.
struct Scenario {
  std::uint64_t seed = 0;
  protocol::Version version = protocol::Version::v5;
  Settings settings;
  simulated::ServerOptions server;
  std::size_t messages_to_server = 30;
  std::size_t messages_to_client = 30;
  int lowest_qos = 0;
  int highest_qos = 2;
  std::size_t largest_payload = 100;
  std::size_t largest_piece = 64;      ///< bytes that cross the network at once
  std::vector<simulated::Cut> cuts;    ///< one a connection; the last connection has none
  unsigned acknowledge_percent = 100;  ///< lower: messages wait longer for `acknowledge`
  bool server_forgets = false;         ///< the server loses its session at some cuts
  bool with_requests = true;           ///< SUBSCRIBE and UNSUBSCRIBE too
  bool is_durable = false;             ///< the session has a store
  std::size_t crashes = 0;             ///< of the client's process, with a durable session
};

/// Everything derived from the seed.
Scenario random_scenario(std::uint64_t seed);
/// The same with crashes; messages go to the server only, at QoS 1 and 2.
Scenario random_scenario_with_crashes(std::uint64_t seed);

/// A session and a model server with a bad network between them, under a virtual clock. One random
/// choice after the other: a piece arrives, the application publishes, an acknowledgement is let
/// go.
class Simulation final : private Handler {
 public:
  explicit Simulation(Scenario scenario);

  /// Until everything is acknowledged; returns what went wrong.
  std::vector<std::string> run();

  std::size_t connections() const { return connections_; }
  /// Bytes that crossed the last connection.
  std::size_t bytes(bool to_server) const {
    return (to_server ? link_->to_server : link_->to_client).delivered();
  }

 private:
  struct Sent {
    std::string topic;
    std::string payload;
    std::string lent;  ///< the payload as given to the session, spoilt after the outcome
    int qos = 0;
    int outcomes = 0;
    bool accepted = false;
    bool may_be_duplicate = false;
    bool is_forgotten = false;  ///< by the server, before it had reached the client
  };
  struct Request {
    bool is_subscribe = true;
    bool accepted = false;
    int outcomes = 0;
  };

  void on_connected(const Connected& connected) override;
  void on_refused(const protocol::ConnAck& connack) override;
  bool on_message(const protocol::Publish& message) override;
  void on_published(const PublishOutcome& outcome) override;
  void on_subscribed(Token token, const protocol::SubAck& suback) override;
  void on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) override;
  void on_disconnect(const protocol::Disconnect& disconnect) override;
  void on_auth(const protocol::Auth& auth) override;
  void on_ready() override;

  void violation(std::string text) { violations_.push_back(std::move(text)); }
  std::string next_payload(std::vector<int>& numbers, int topic, int qos);

  void step();
  bool finished() const;
  void connect();
  void lose();
  void crash();
  void begin_life();
  void client_publishes();
  std::vector<Request>::iterator next_request();
  void client_requests();
  void request_answered(Token token, bool is_subscribe);
  void client_acknowledges();
  void client_writes();
  void server_writes();
  void server_publishes();
  void arrives(bool at_server);
  void let_time_pass();

  void check_acknowledged();
  void check_window();
  void check_arrivals(const std::vector<Sent>& sent,
                      const std::vector<simulated::ServerMessage>& arrived,
                      const std::string& side);
  void check_outcomes();

  Scenario scenario_;
  Random random_;
  Time now_ = std::chrono::seconds(1);
  std::optional<Output> output_;
  FakeStore store_;
  std::optional<Session> session_;
  simulated::Server server_;
  std::unique_ptr<simulated::Link> link_;
  std::size_t connections_ = 0;
  std::size_t steps_ = 0;

  std::vector<Sent> to_server_;
  std::size_t next_to_server_ = 0;
  std::vector<Sent> to_client_;
  std::size_t next_to_client_ = 0;
  std::vector<simulated::ServerMessage> delivered_;
  std::deque<std::string> unacknowledged_;  ///< payloads that wait for `acknowledge`
  std::set<std::string> released_;          ///< payloads for which it was called
  std::size_t acknowledged_ = 0;            ///< how many of the server's were looked at
  std::vector<Request> requests_;
  std::size_t crashes_ = 0;
  bool may_publish_ = true;
  bool was_connected_ = false;
  bool is_online_ = false;
  std::vector<std::string> violations_;
};

}  // namespace mqtt_toolbox::session
