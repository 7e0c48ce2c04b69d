#include "base/text.hpp"
#include "pub/publisher.hpp"

// What becomes of messages that nobody acknowledges.

namespace mqtt_toolbox::pub {

void Publisher::taken_at_qos_0() {
  if (plan_.json) print_taken();
  delivered();
  ++taken_at_qos_0_;
  const std::uint64_t place = item_.line != 0 ? item_.line : taken_at_qos_0_;
  const std::size_t bytes = item_.message.topic.size() + item_.message.payload.size();
  if (!unconfirmed_.sent(place, bytes, world_.loop.now())) return;
  // Whether it stays the only one is not known yet.
  if (!expects_confirmation()) return pings_.arm(world_.loop.now() + Unconfirmed::time_to_ping);
  ping_when_due();
}

void Publisher::print_taken() {
  record::Published result;
  result.topic = item_.message.topic;
  if (!item_.id.empty()) result.id = item_.id;
  print(result);
}

/// A single message pays nothing for it unless the user asks.
bool Publisher::expects_confirmation() const {
  return plan_.can_ping && (taken_at_qos_0_ > 1 || plan_.confirm);
}

void Publisher::ping_when_due() {
  if (!plan_.can_ping) return;
  const Time due = unconfirmed_.ping_due();
  if (due == never || closing_) return;
  if (due <= world_.loop.now()) return ping();
  pings_.arm(due);
}

void Publisher::ping() {
  const bool is_first = !unconfirmed_.awaits_answer();
  const auto number = client_->ping();
  // Without a connection they are told as what they are when its end is.
  if (!number) return;
  unconfirmed_.pinged(*number);
  if (is_first) pingresp_.start(*client_);
}

void Publisher::on_pingresp(std::uint64_t number) {
  unconfirmed_.answered(number);
  pingresp_.answered();
  if (!unconfirmed_.awaits_answer()) pingresp_.stop();
  ping_when_due();
}

void Publisher::pingresp_missing() {
  give_up({ExitCode::lost, "the broker has not answered PINGREQ for " +
                               show_duration(plan_.acknowledgement_timeout)});
}

/// The connection that they were sent on is over, so that nothing more will be known of them.
void Publisher::report_unconfirmed(ExitCode code) {
  if (unconfirmed_.count() == 0) return;
  const Error error{code, unconfirmed_text()};
  print_error({&error, {}, {}});
  unconfirmed_.clear();
  pingresp_.stop();
}

std::string Publisher::unconfirmed_text() const {
  const std::uint64_t count = unconfirmed_.count();
  const bool are_lines = plan_.input == InputKind::lines || plan_.input == InputKind::json;
  const std::string where =
      (are_lines ? "line " : "message ") + std::to_string(unconfirmed_.first_place());
  if (count == 1)
    return "1 message of QoS 0 is not known to have been read by the broker: " + where;
  return std::to_string(count) +
         " messages of QoS 0 are not known to have been read by the broker, the first of them " +
         where;
}

}  // namespace mqtt_toolbox::pub
