#include "support/rule_breaker/late_packets.hpp"

#include <utility>

namespace mqtt_toolbox::rule_breaker {

LatePackets::LatePackets(transport::Loop& loop, Connection& connection)
    : loop_(loop), connection_(connection), timer_(loop, [this] { send_due(); }) {}

void LatePackets::send(std::string packet, Duration lateness) {
  waiting_.emplace(loop_.now() + lateness, std::move(packet));
  timer_.arm(waiting_.begin()->first);
}

void LatePackets::send_due() {
  while (!waiting_.empty() && waiting_.begin()->first <= loop_.now())
    connection_.send(waiting_.extract(waiting_.begin()).mapped());
  if (!waiting_.empty()) timer_.arm(waiting_.begin()->first);
}

}  // namespace mqtt_toolbox::rule_breaker
