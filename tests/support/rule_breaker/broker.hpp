#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/system.hpp"
#include "support/rule_breaker/client.hpp"
#include "support/rule_breaker/faults.hpp"
#include "support/rule_breaker/retained.hpp"
#include "support/rule_breaker/shares.hpp"
#include "support/rule_breaker/wills.hpp"

namespace mqtt_toolbox::rule_breaker {

struct Settings {
  std::optional<Breach> broken;
  std::optional<FaultPlan> fault;
  Injection injection;
  std::uint32_t maximum_packet_size = 1u << 20;  ///< bytes; announced to clients of 5.0
  protocol::Qos maximum_qos = protocol::Qos::exactly_once;
  bool retains = true;
  std::uint64_t unanswered = 0;  ///< each connection of that number gets no answer; 0: none
  std::uint64_t seed = 0;
};

/// A small broker for tests, on 127.0.0.1: right in all that it does but for the one rule that it
/// is told to break. In memory, on the caller's loop.
class Broker {
 public:
  static Result<std::unique_ptr<Broker>> start(transport::Loop& loop, const Settings& settings);
  Broker(transport::Loop& loop, FileDescriptor listener, const Settings& settings);
  ~Broker();

  std::uint16_t port() const;

  // For clients.

  transport::Loop& loop() { return loop_; }
  const Rules& rules() const { return rules_; }
  std::uint32_t maximum_packet_size() const { return settings_.maximum_packet_size; }
  protocol::Qos maximum_qos() const { return settings_.maximum_qos; }
  bool retains() const { return settings_.retains; }
  Faults& faults() { return faults_; }
  Retained& retained() { return retained_; }
  Shares& shares() { return shares_; }

  struct Opened {
    Session& session;
    bool is_present;
  };
  /// The session for a CONNECT, MQTT 5.0 section 3.1.2.4; takes it over where it has a client. It
  /// has no client afterwards.
  Opened open_session(const std::string& client_identifier, bool clean_start);
  std::string new_client_identifier();
  /// The session's client is gone: its will, its messages of shared subscriptions, its expiry. The
  /// session may be gone afterwards.
  void connection_ended(Session& session, Ending ending);

  void publish(const MessagePtr& message);
  /// A client has published to a wildcard, which harms some brokers.
  void met_wildcard_in_topic() { is_harmed_ = true; }
  /// A client has named a topic or filter: one that is long kills some brokers.
  void met_topic(std::string_view topic);
  /// Whether the message is to be dropped by a breach that loses some.
  bool loses(const Message& message);
  void forget(Client& client);

 private:
  void accept_one();
  void distribute(const MessagePtr& message);
  void distribute_due();
  void add_system_topics();
  Session* find(const std::string& client_identifier);
  Opened create_session(const std::string& client_identifier);
  Opened resume(Session& session);
  void end_session(Session& session, SessionEnd end);
  void pass_on_shared(Session& session, bool session_ends);
  std::optional<Delivery> delivery_for(const Session& session, const MessagePtr& message) const;

  transport::Loop& loop_;
  Settings settings_;
  Rules rules_;
  FileDescriptor listener_;
  transport::Loop::Watch watch_;
  Retained retained_;
  Shares shares_;
  Wills wills_;
  Faults faults_;
  std::map<std::string, std::unique_ptr<Session>> sessions_;  ///< by client identifier
  std::map<Client*, std::unique_ptr<Client>> clients_;
  std::multimap<Time, MessagePtr> undistributed_;  ///< by when they are passed on
  std::map<std::string, Time> last_distribution_;  ///< by topic
  transport::Loop::Timer distribution_;
  std::uint64_t assigned_identifiers_ = 0;
  std::uint64_t accepted_ = 0;  ///< connections
  std::vector<FileDescriptor> unanswered_;
  bool is_harmed_ = false;
  std::map<std::string, std::uint64_t> losable_;  ///< by topic
};

}  // namespace mqtt_toolbox::rule_breaker
