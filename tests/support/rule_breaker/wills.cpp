#include "support/rule_breaker/wills.hpp"

#include <utility>

namespace mqtt_toolbox::rule_breaker {
namespace {

Breach dropped_at(protocol::Qos qos) {
  switch (qos) {
    case protocol::Qos::at_most_once: return Breach::will_dropped_at_qos_0;
    case protocol::Qos::at_least_once: return Breach::will_dropped_at_qos_1;
    case protocol::Qos::exactly_once: break;
  }
  return Breach::will_dropped_at_qos_2;
}

}  // namespace

Wills::Wills(transport::Loop& loop, const Rules& rules, std::function<void(MessagePtr)> publish)
    : loop_(loop), rules_(rules), publish_(std::move(publish)) {}

bool Wills::is_sent_after(Ending ending, const Message& will) const {
  if (rules_.breaks(dropped_at(will.qos))) return false;
  switch (ending) {
    case Ending::disconnect: return rules_.breaks(Breach::will_after_disconnect);
    case Ending::disconnect_with_will:
      return !rules_.breaks(Breach::will_not_after_disconnect_with_will);
    case Ending::disconnect_with_error:
      return !rules_.breaks(Breach::will_dropped_after_error_disconnect);
    case Ending::fin: return !rules_.breaks(Breach::will_dropped_after_fin);
    case Ending::reset: return !rules_.breaks(Breach::will_dropped_after_reset);
    case Ending::silence: return !rules_.breaks(Breach::will_dropped_after_silence);
    case Ending::take_over: return !rules_.breaks(Breach::will_dropped_after_take_over);
    case Ending::protocol_error: return !rules_.breaks(Breach::will_dropped_after_protocol_error);
  }
  return true;
}

void Wills::connection_ended(Session& session, Ending ending) {
  const auto will = std::exchange(session.will, std::nullopt);
  if (!will || !is_sent_after(ending, *will->message)) return;
  if (will->delay == Duration() || rules_.breaks(Breach::will_delay_ignored)) {
    publish(will->message);
  } else {
    plan(session.client_identifier, *will);
  }
}

void Wills::plan(const std::string& client_identifier, const PlannedWill& will) {
  const int times = rules_.breaks(Breach::will_delay_too_long) ? 3 : 1;
  Pending& pending = pending_[client_identifier];
  pending.message = will.message;
  pending.timer = std::make_unique<transport::Loop::Timer>(loop_, [this, client_identifier] {
    const auto due = pending_.extract(client_identifier);
    publish(due.mapped().message);
  });
  pending.timer->arm(loop_.now() + times * will.delay);
}

void Wills::publish(const std::shared_ptr<Message>& will) {
  set_expiry(*will, loop_.now());
  publish_(will);
  if (rules_.breaks(Breach::will_twice)) publish_(will);
}

void Wills::resumed(const std::string& client_identifier) {
  if (!rules_.breaks(Breach::will_delay_not_cancelled)) pending_.erase(client_identifier);
}

void Wills::session_ended(const std::string& client_identifier, SessionEnd end) {
  if (end == SessionEnd::expired && rules_.breaks(Breach::will_delay_outlives_session)) return;
  const auto due = pending_.extract(client_identifier);
  const bool is_lost =
      end == SessionEnd::clean_start && rules_.breaks(Breach::will_delay_lost_on_clean_start);
  if (!due.empty() && !is_lost) publish(due.mapped().message);
}

}  // namespace mqtt_toolbox::rule_breaker
