#include <algorithm>

#include "support/rule_breaker/broker.hpp"
#include "support/rule_breaker/client.hpp"
#include "support/rule_breaker/limits.hpp"

namespace mqtt_toolbox::rule_breaker {

using protocol::PropertyId;
using protocol::ReasonCode;

void Client::on(const protocol::Connect& connect) {
  if (state_ == State::connected) {
    if (rules().breaks(Breach::second_connect_accepted)) return answer(connect, false);
    return throw_out(ReasonCode::protocol_error, "a second CONNECT");
  }
  learn(connect);
  if (const auto reason = refusal(connect)) return refuse(*reason);
  accept(connect);
}

/// What the client says of itself, MQTT 5.0 section 3.1.2.11.
void Client::learn(const protocol::Connect& connect) {
  const auto number = [&](PropertyId id, std::uint32_t otherwise) {
    return connect.properties.number(id).value_or(otherwise);
  };
  const auto small_number = [&](PropertyId id, std::uint32_t otherwise) {
    return static_cast<std::uint16_t>(number(id, otherwise));
  };
  receive_maximum_ = small_number(PropertyId::receive_maximum, receive_maximum_);
  topic_alias_maximum_ = small_number(PropertyId::topic_alias_maximum, 0);
  maximum_packet_size_ = number(PropertyId::maximum_packet_size, maximum_packet_size_);
  wants_problem_information_ = number(PropertyId::request_problem_information, 1) != 0;
  const std::uint32_t older_expiry = connect.clean_start ? 0 : Session::no_expiry;
  connect_expiry_ = is_v5() ? number(PropertyId::session_expiry_interval, 0) : older_expiry;
}

std::optional<ReasonCode> Client::refusal(const protocol::Connect& connect) const {
  const auto& properties = connect.properties;
  const bool has_method = properties.find(PropertyId::authentication_method).has_value();
  if (!has_method && properties.find(PropertyId::authentication_data))
    return ReasonCode::protocol_error;
  if (has_method && !rules().breaks(Breach::unknown_auth_accepted))
    return ReasonCode::bad_authentication_method;
  if (connect.client_identifier.empty() && !is_v5() && !connect.clean_start)
    return ReasonCode::client_identifier_not_valid;
  if (const auto reason = will_refusal(connect)) return reason;
  if (connect.keep_alive == 0 && rules().breaks(Breach::keep_alive_zero_refused))
    return ReasonCode::not_authorized;
  const bool has_forbidden_will = connect.will && may_not_write(connect.will->topic);
  if (has_forbidden_will && !rules().breaks(Breach::will_forbidden_topic_accepted))
    return ReasonCode::not_authorized;
  return std::nullopt;
}

/// MQTT 5.0 sections 3.2.2.3.4 and 3.2.2.3.5.
std::optional<ReasonCode> Client::will_refusal(const protocol::Connect& connect) const {
  if (!connect.will) return std::nullopt;
  if (connect.will->payload.empty() && rules().breaks(Breach::empty_will_refused))
    return ReasonCode::payload_format_invalid;
  if (connect.will->qos > broker_.maximum_qos() && !rules().breaks(Breach::will_qos_not_enforced))
    return ReasonCode::qos_not_supported;
  if (connect.will->retain && !broker_.retains() &&
      !rules().breaks(Breach::will_retain_not_enforced))
    return ReasonCode::retain_not_supported;
  return std::nullopt;
}

void Client::refuse(ReasonCode reason) {
  protocol::ConnAck connack;
  connack.code =
      is_v5() ? static_cast<std::uint8_t>(reason) : protocol::to_connect_return_code(reason);
  protocol::PropertyList properties(protocol::PropertyPlace::connack);
  (void)properties.add(PropertyId::reason_string,
                       protocol::name(reason, protocol::PacketType::connack));
  connack.properties = properties.view();
  send(connack);
  end(Ending::protocol_error);
}

void Client::accept(const protocol::Connect& connect) {
  std::string identifier(connect.client_identifier);
  if (identifier.empty()) identifier = broker_.new_client_identifier();
  const auto [session, is_present] = broker_.open_session(identifier, connect.clean_start);
  state_ = State::connected;
  session_ = &session;
  session.client = this;
  session.expiry_timer.disarm();
  session.expiry_seconds = connect_expiry_;
  session.will.reset();
  if (connect.will) {
    const auto& will = *connect.will;
    const auto delay = will.properties.number(PropertyId::will_delay_interval).value_or(0);
    session.will = {message_of(will, identifier, rules()), std::chrono::seconds(delay)};
  }
  watch_keep_alive(connect);
  answer(connect, is_present);
  session.outbox.attach(*this);
  if (rules().breaks(Breach::retained_sent_unasked)) send_all_retained();
}

void Client::send_all_retained() {
  for (const MessagePtr& message : broker_.retained().matching("#", broker_.loop().now())) {
    Delivery delivery{message};
    delivery.retain = true;
    (void)publish(delivery, false);
  }
}

void Client::answer(const protocol::Connect& connect, bool session_present) {
  protocol::ConnAck connack;
  connack.session_present = session_present && version_ != protocol::Version::v31;
  const protocol::PropertyList properties = connack_properties(connect);
  connack.properties = properties.view();
  send(connack);
}

protocol::PropertyList Client::connack_properties(const protocol::Connect& connect) const {
  const std::uint16_t receive_maximum = announced_receive_maximum;
  protocol::PropertyList properties(protocol::PropertyPlace::connack);
  (void)properties.add(PropertyId::receive_maximum, receive_maximum);
  (void)properties.add(PropertyId::topic_alias_maximum, announced_topic_alias_maximum);
  (void)properties.add(PropertyId::maximum_packet_size, broker_.maximum_packet_size());
  if (broker_.maximum_qos() != protocol::Qos::exactly_once)
    (void)properties.add(PropertyId::maximum_qos,
                         static_cast<std::uint32_t>(broker_.maximum_qos()));
  if (rules().breaks(Breach::connack_with_unasked_method))
    (void)properties.add(PropertyId::authentication_method, "SCRAM-SHA-256");
  if (!broker_.retains()) (void)properties.add(PropertyId::retain_available, 0);
  if (connect.client_identifier.empty() && !rules().breaks(Breach::assigned_id_missing))
    (void)properties.add(PropertyId::assigned_client_identifier, session_->client_identifier);
  if (connect.keep_alive != 0 && rules().breaks(Breach::server_keep_alive_lied))
    (void)properties.add(PropertyId::server_keep_alive,
                         std::min<std::uint32_t>(connect.keep_alive * 10u, 65'535));
  return properties;
}

void Client::watch_keep_alive(const protocol::Connect& connect) {
  silence_.disarm();
  if (connect.keep_alive == 0 || rules().breaks(Breach::keep_alive_ignored)) return;
  const bool is_late = rules().breaks(Breach::will_late_after_silence);
  longest_silence_ = std::chrono::milliseconds(is_late ? 6'000 : 1'500) * connect.keep_alive;
  watch_silence();
}

/// From now on.
void Client::watch_silence() {
  if (longest_silence_ == Duration()) return;
  Time from = broker_.loop().now();
  if (rules().breaks(Breach::keep_alive_in_whole_seconds))
    from = std::chrono::floor<std::chrono::seconds>(from);
  silence_.arm(from + longest_silence_);
}

}  // namespace mqtt_toolbox::rule_breaker
