#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::PacketType;
using protocol::PropertyId;
using protocol::Publish;
using protocol::Qos;
using protocol::ReasonCode;

void Session::State::on_publish(const protocol::Frame& frame) {
  if (delivery_stopped) return;
  auto message = protocol::decode_publish(frame, version);
  if (!message) return fail_connection(message.error());
  if (!message->properties.empty() && !resolve_alias(*message)) return;
  switch (message->qos) {
    case Qos::at_most_once: return deliver(*message);
    case Qos::at_least_once: return on_qos_1(*message);
    case Qos::exactly_once: return on_qos_2(*message);
  }
}

/// Fills in the topic; false when the server broke the rules of MQTT 5.0 section 3.3.2.3.4.
bool Session::State::resolve_alias(Publish& message) {
  const auto alias = message.properties.number(PropertyId::topic_alias);
  if (!alias) return true;
  if (*alias > topic_alias_maximum) {
    fail_connection(violations::alias_above_maximum);
    return false;
  }
  if (!message.topic.empty()) {
    incoming_aliases.establish(static_cast<std::uint16_t>(*alias), message.topic);
    return true;
  }
  message.topic = incoming_aliases.topic(*alias);
  if (!message.topic.empty()) return true;
  fail_connection(violations::alias_without_topic);
  return false;
}

/// False when the server sends more than the Receive Maximum allows (MQTT 5.0 section 3.3.4).
bool Session::State::count_received() {
  if (received_unacknowledged < receive_maximum) {
    ++received_unacknowledged;
    return true;
  }
  fail_connection(violations::above_receive_maximum);
  return false;
}

void Session::State::on_qos_1(const Publish& message) {
  if (!count_received()) return;
  const auto id = message.packet_identifier;
  if (!settings.acknowledge_at_once) {
    deliveries.push(id, message.qos);
    return deliver(message);
  }
  const auto on_connection = connection;
  deliver(message);
  if (!is_online_still(on_connection)) return;
  --received_unacknowledged;
  send_acknowledgement(PacketType::puback, id);
}

/// Method A of MQTT 5.0 figure 4.3: delivered on first arrival, and the identifier kept until
/// PUBREL.
void Session::State::on_qos_2(const Publish& message) {
  const auto id = message.packet_identifier;
  const auto inserted = received.insert(id);
  if (!inserted.entry->counted && !count_received()) {
    // Not delivered, so that it must not count as received on the next connection.
    if (inserted.is_new) received.remove(id);
    return;
  }
  inserted.entry->counted = true;
  const auto on_connection = connection;
  if (inserted.is_new) {
    if (!settings.acknowledge_at_once) deliveries.push(id, message.qos);
    deliver(message);
  }
  const bool waits = !settings.acknowledge_at_once && (inserted.is_new || deliveries.renew(id));
  if (!waits && is_online_still(on_connection)) send_acknowledgement(PacketType::pubrec, id);
}

void Session::State::on_pubrel(const protocol::PubRel& pubrel) {
  const auto entry = received.remove(pubrel.packet_identifier);
  const bool is_known = entry.id != 0;
  if (is_known && entry.counted) --received_unacknowledged;
  if (is_known) return send_acknowledgement(PacketType::pubcomp, pubrel.packet_identifier);
  answer_unknown(PacketType::pubcomp, pubrel.packet_identifier);
}

void Session::State::deliver(const Publish& message) {
  if (!handler.on_message(message)) delivery_stopped = true;
}

void Session::State::acknowledge(std::size_t messages, Time time) {
  now = time;
  // Looked at each time, because an observer of packets may acknowledge more.
  for (auto left = messages; left != 0 && deliveries.size() != 0; --left) {
    const auto entry = deliveries.pop();
    if (!entry.current || phase != Phase::online) continue;
    const bool is_qos_1 = entry.qos == Qos::at_least_once;
    if (is_qos_1) --received_unacknowledged;
    send_acknowledgement(is_qos_1 ? PacketType::puback : PacketType::pubrec, entry.id);
  }
}

}  // namespace mqtt_toolbox::session
