#pragma once

#include <map>
#include <string>

#include "support/rule_breaker/connection.hpp"

namespace mqtt_toolbox::rule_breaker {

/// Packets that go out to a client some time after they could.
class LatePackets {
 public:
  LatePackets(transport::Loop& loop, Connection& connection);
  /// Those that are as late as each other stay in their order.
  void send(std::string packet, Duration lateness);

 private:
  void send_due();

  transport::Loop& loop_;
  Connection& connection_;
  std::multimap<Time, std::string> waiting_;  ///< by when they are due
  transport::Loop::Timer timer_;
};

}  // namespace mqtt_toolbox::rule_breaker
