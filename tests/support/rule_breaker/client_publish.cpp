#include <array>

#include "support/rule_breaker/broker.hpp"
#include "support/rule_breaker/client.hpp"
#include "support/rule_breaker/limits.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

using protocol::PacketType;
using protocol::PropertyId;
using protocol::Qos;
using protocol::ReasonCode;

/// QoS 0 messages are dropped for a client that does not read what it has got.
constexpr std::size_t most_unwritten = 64u << 20;  // bytes

bool has_foreign_reason(const protocol::Publish& publish, const Rules& rules) {
  return publish.properties.find(PropertyId::user_property) &&
         rules.breaks(Breach::puback_reason_of_suback);
}

/// More than a step of a case waits for a message at first. Messages of one topic are as late as
/// each other, and so in order (MQTT 5.0 section 4.6); others pass them.
Duration lateness_of(const Message& message) {
  return std::chrono::milliseconds(message.topic.size() % 2 == 0 ? 3'500 : 5'500);
}

/// What no encoder makes.
std::string puback_with_reason_of_suback(protocol::PacketIdentifier identifier) {
  return {'\x40', '\x03', static_cast<char>(identifier >> 8), static_cast<char>(identifier & 0xFF),
          static_cast<char>(ReasonCode::granted_qos_1)};
}

}  // namespace

void Client::on(const protocol::Publish& publish) {
  auto topic = topic_of(publish);
  if (!topic || !is_acceptable(publish)) return;
  const bool may_write =
      rules().breaks(Breach::forbidden_publish_accepted) || !may_not_write(*topic);
  if (!may_write || rules().breaks(Breach::every_publish_refused))
    return acknowledge(publish, ReasonCode::not_authorized);
  if (publish.qos != Qos::exactly_once) {
    take_message(publish, std::move(*topic));
    return acknowledge(publish, ReasonCode::success);
  }
  const bool is_new = session_->received.insert(publish.packet_identifier).second;
  const int times = ++unreleased_[publish.packet_identifier];
  const bool is_mistaken = (publish.dup && rules().breaks(Breach::qos2_duplicated_after_resend)) ||
                           (times > 2 && rules().breaks(Breach::qos2_duplicated_the_third_time));
  if (is_new || is_mistaken) take_message(publish, std::move(*topic));
  acknowledge(publish, ReasonCode::success);
}

std::optional<std::string> Client::topic_of(const protocol::Publish& publish) {
  const std::string topic(publish.topic);
  broker_.met_topic(topic);
  const auto property = publish.properties.number(PropertyId::topic_alias);
  if (!property) return topic;
  const auto alias = static_cast<std::uint16_t>(*property);
  if (alias > announced_topic_alias_maximum || rules().breaks(Breach::topic_alias_refused)) {
    throw_out(ReasonCode::topic_alias_invalid, "the topic alias is above the maximum");
    return std::nullopt;
  }
  if (!topic.empty()) {
    last_alias_ = alias;
    session_->topics_by_alias[alias] = topic;
    return topics_by_alias_[alias] = topic;
  }
  const bool mistakes = rules().breaks(Breach::topic_alias_wrong_topic);
  const auto known = topics_by_alias_.find(mistakes ? last_alias_ : alias);
  if (known != topics_by_alias_.end()) return known->second;
  const auto earlier = session_->topics_by_alias.find(alias);
  if (earlier != session_->topics_by_alias.end() &&
      rules().breaks(Breach::topic_alias_carried_over))
    return earlier->second;
  if (rules().breaks(Breach::topic_alias_unset_accepted)) return "alias/" + std::to_string(alias);
  throw_out(ReasonCode::protocol_error, "the topic alias was not set");
  return std::nullopt;
}

bool Client::is_acceptable(const protocol::Publish& publish) {
  if (publish.properties.find(PropertyId::subscription_identifier)) {
    throw_out(ReasonCode::protocol_error, "a client sends no subscription identifiers");
    return false;
  }
  if (publish.qos > broker_.maximum_qos()) {
    throw_out(ReasonCode::qos_not_supported, "the QoS is above the maximum");
    return false;
  }
  if (publish.retain && !broker_.retains()) {
    throw_out(ReasonCode::retain_not_supported, "nothing is retained");
    return false;
  }
  if (publish.qos != Qos::exactly_once) return true;
  if (rules().breaks(Breach::connack_limit_lied)) {
    throw_out(ReasonCode::qos_not_supported, "QoS 2");
    return false;
  }
  const std::size_t most =
      announced_receive_maximum / (rules().breaks(Breach::receive_maximum_lied) ? 2 : 1);
  const bool is_open = unreleased_.count(publish.packet_identifier) != 0;
  const bool is_lax = rules().breaks(Breach::receive_maximum_not_enforced);
  if (!is_v5() || is_open || is_lax || unreleased_.size() < most) return true;
  throw_out(ReasonCode::receive_maximum_exceeded, "too many messages are not released");
  return false;
}

void Client::take_message(const protocol::Publish& publish, std::string topic) {
  const auto message = message_of(publish, std::move(topic), session_->client_identifier,
                                  broker_.loop().now(), rules());
  if (!broker_.loses(*message)) broker_.publish(message);
}

void Client::acknowledge(const protocol::Publish& publish, ReasonCode reason) {
  const auto identifier = publish.packet_identifier;
  protocol::PropertyList properties(protocol::PropertyPlace::puback);
  if (reason != ReasonCode::success && wants_problem_information_)
    (void)properties.add(PropertyId::reason_string, "one may not\tpublish to this topic");
  if (publish.qos == Qos::at_most_once) return;
  const bool is_1 = publish.qos == Qos::at_least_once;
  if (identifier == 0) {
    std::array<char, 4> bytes{};
    const auto type = is_1 ? PacketType::puback : PacketType::pubrec;
    protocol::encode_plain_acknowledgement(type, identifier, bytes);
    return connection_.send({bytes.data(), bytes.size()});
  }
  if (is_1 && has_foreign_reason(publish, rules()))
    return connection_.send(puback_with_reason_of_suback(identifier));
  if (is_1) return send_answer(protocol::PubAck{identifier, reason, properties.view()});
  send_answer(protocol::PubRec{identifier, reason, properties.view()});
}

void Client::on(const protocol::PubRel& pubrel) {
  const auto identifier = pubrel.packet_identifier;
  const bool is_known = session_->received.erase(identifier) != 0;
  const bool came_before = is_known && unreleased_.count(identifier) == 0;
  unreleased_.erase(identifier);
  if (is_known && rules().breaks(Breach::qos2_identifier_not_freed))
    session_->received.insert(identifier);
  if (came_before && rules().breaks(Breach::qos2_pubrel_forgotten)) return;
  send_answer(protocol::PubComp{
      identifier, is_known ? ReasonCode::success : ReasonCode::packet_identifier_not_found, {}});
}

void Client::on(const protocol::PubAck& puback) {
  session_->outbox.take_puback(puback.packet_identifier);
}

void Client::on(const protocol::PubRec& pubrec) {
  const bool is_refused =
      protocol::is_failure(pubrec.reason) && !rules().breaks(Breach::pubrec_refusal_ignored);
  const bool is_known = session_->outbox.take_pubrec(pubrec.packet_identifier, is_refused);
  if (is_known || is_refused) return;
  send(protocol::PubRel{pubrec.packet_identifier, ReasonCode::packet_identifier_not_found, {}});
}

void Client::on(const protocol::PubComp& pubcomp) {
  session_->outbox.take_pubcomp(pubcomp.packet_identifier);
}

void Client::release(PacketIdentifier identifier) {
  send(protocol::PubRel{identifier, ReasonCode::success, {}});
}

/// 0: none is to be used.
std::uint16_t Client::topic_alias_for(const std::string& topic) const {
  const bool exceeds =
      topic_alias_maximum_ != 0 && rules().breaks(Breach::topic_alias_maximum_exceeded);
  const std::size_t most = topic_alias_maximum_ + (exceeds ? 1u : 0u);
  const auto known = aliases_by_topic_.find(topic);
  if (known != aliases_by_topic_.end()) return known->second;
  const std::size_t next = aliases_by_topic_.size() + 1;
  return static_cast<std::uint16_t>(next <= most ? next : 0);
}

std::string Client::encoded_publish(const Delivery& delivery, bool dup, std::uint16_t alias) const {
  const Message& message = *delivery.message;
  protocol::PropertyList properties = properties_of(delivery, broker_.loop().now(), rules());
  if (alias != 0) (void)properties.add(PropertyId::topic_alias, alias);
  protocol::Publish publish;
  if (aliases_by_topic_.count(message.topic) == 0) publish.topic = message.topic;
  publish.payload = message.payload;
  publish.packet_identifier = delivery.packet_identifier;
  publish.qos = delivery.qos;
  publish.dup = dup;
  publish.retain = delivery.retain;
  const std::string with_unforwarded =
      std::string(properties.view().encoded()) + message.unforwarded;
  publish.properties = protocol::Properties(with_unforwarded);
  std::string bytes = encoded(publish, version_);
  const bool has_wrong_dup = message.is_will && delivery.qos == Qos::at_most_once &&
                             rules().breaks(Breach::will_dup_at_qos_0);
  if (has_wrong_dup && !bytes.empty()) bytes[0] |= 0x08;
  return bytes;
}

bool Client::publish(const Delivery& delivery, bool dup) {
  const Message& message = *delivery.message;
  const bool is_backed_up = connection_.unwritten() > most_unwritten;
  if (is_backed_up && delivery.qos == Qos::at_most_once) return false;
  const std::uint16_t alias = topic_alias_for(message.topic);
  const std::string bytes = encoded_publish(delivery, dup, alias);
  const bool may_be_too_large = rules().breaks(Breach::maximum_packet_size_of_client_ignored) ||
                                (message.is_will && rules().breaks(Breach::will_too_big_sent));
  if (bytes.empty() || (bytes.size() > maximum_packet_size_ && !may_be_too_large)) return false;
  if (alias != 0) aliases_by_topic_.emplace(message.topic, alias);
  if (rules().breaks(Breach::published_late))
    late_.send(bytes, lateness_of(message));
  else
    connection_.send(bytes);
  return true;
}

}  // namespace mqtt_toolbox::rule_breaker
