#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "support/rule_breaker/session.hpp"

namespace mqtt_toolbox::rule_breaker {

/// How a connection came to its end.
enum class Ending : std::uint8_t {
  disconnect,
  disconnect_with_will,
  disconnect_with_error,
  fin,
  reset,
  silence,
  take_over,
  protocol_error,
};

/// Why a session is no more.
enum class SessionEnd : std::uint8_t { expired, clean_start };

/// When the wills of clients that are gone are sent, MQTT 5.0 sections 3.1.2.5 and 3.1.3.2.2.
class Wills {
 public:
  Wills(transport::Loop& loop, const Rules& rules, std::function<void(MessagePtr)> publish);

  /// Takes the session's will.
  void connection_ended(Session& session, Ending ending);
  /// The client is back in its session.
  void resumed(const std::string& client_identifier);
  void session_ended(const std::string& client_identifier, SessionEnd end);

 private:
  struct Pending {
    std::shared_ptr<Message> message;
    std::unique_ptr<transport::Loop::Timer> timer;
  };

  bool is_sent_after(Ending ending, const Message& will) const;
  void plan(const std::string& client_identifier, const PlannedWill& will);
  void publish(const std::shared_ptr<Message>& will);

  transport::Loop& loop_;
  const Rules& rules_;
  std::function<void(MessagePtr)> publish_;
  std::map<std::string, Pending> pending_;  ///< by client identifier
};

}  // namespace mqtt_toolbox::rule_breaker
