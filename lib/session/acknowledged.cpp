#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::PacketType;
using protocol::ReasonCode;

/// A server cannot acknowledge what it does not have yet; believing it would end the loan of a
/// payload that is still to be written.
bool Session::State::acknowledges_unsent(const InflightEntry& entry) const {
  return entry.borrowed && entry.is_publish() &&
         output.written() < inflight.borrowed_payload(entry).written_at;
}

void Session::State::on_puback(const protocol::PubAck& ack) {
  const auto sequence = find_publish(ack.packet_identifier);
  if (sequence == inflight.end()) return;
  const Awaiting awaiting = inflight.at(sequence).awaiting;
  // RabbitMQ (3.x) lowers QoS 2 to QoS 1 and answers PUBACK; the message has arrived and is
  // finished, but not exactly once.
  if (awaiting != Awaiting::puback && awaiting != Awaiting::pubrec)
    return fail_connection(violations::wrong_acknowledgement);
  inflight.at(sequence).qos = protocol::Qos::at_least_once;
  finish_publish(sequence, ack.reason, ack.properties);
}

void Session::State::on_pubrec(const protocol::PubRec& ack) {
  const auto sequence = find_publish(ack.packet_identifier);
  if (sequence == inflight.end()) {
    // Unanswered it would stay open with the broker.
    const bool is_answered = phase == Phase::online && !protocol::is_failure(ack.reason);
    if (is_answered) answer_unknown(PacketType::pubrel, ack.packet_identifier);
    return;
  }
  InflightEntry& entry = inflight.at(sequence);
  if (entry.awaiting != Awaiting::pubrec && entry.awaiting != Awaiting::pubcomp)
    return fail_connection(violations::wrong_acknowledgement);
  if (protocol::is_failure(ack.reason)) return finish_publish(sequence, ack.reason, ack.properties);
  if (durable != nullptr && entry.awaiting == Awaiting::pubrec) durable->released(entry.token);
  entry.awaiting = Awaiting::pubcomp;
  entry.pubrec_reason = ack.reason;
  send_acknowledgement(PacketType::pubrel, ack.packet_identifier);
}

void Session::State::on_pubcomp(const protocol::PubComp& ack) {
  const auto sequence = find_publish(ack.packet_identifier);
  if (sequence == inflight.end()) return;
  const InflightEntry& entry = inflight.at(sequence);
  if (entry.awaiting != Awaiting::pubcomp)
    return fail_connection(violations::wrong_acknowledgement);
  // After PUBREL was sent again, a server that had finished already knows the identifier no more
  // (MQTT 5.0 section 3.7.2.1): the message has arrived.
  const bool was_finished =
      ack.reason == ReasonCode::packet_identifier_not_found && entry.released_again;
  const bool is_failure = protocol::is_failure(ack.reason) && !was_finished;
  finish_publish(sequence, is_failure ? ack.reason : entry.pubrec_reason, ack.properties);
}

/// The entry that an acknowledgement is for; the end when there is none, and when the server lies.
Inflight::Sequence Session::State::find_publish(protocol::PacketIdentifier id) {
  const auto sequence = inflight.find(id);
  if (sequence == inflight.end() || !acknowledges_unsent(inflight.at(sequence))) return sequence;
  fail_connection(violations::acknowledged_unsent);
  return inflight.end();
}

/// The handler may publish at once, so that everything is in order before it is told.
void Session::State::finish_publish(Inflight::Sequence sequence, ReasonCode reason,
                                    const protocol::Properties& properties) {
  const InflightEntry entry = inflight.at(sequence);
  if (was_sent(sequence)) --window_used;
  inflight.finish(sequence);
  if (is_resent() && inflight.is_sparse()) inflight.compact();
  if (durable != nullptr)
    protocol::is_failure(reason) ? durable->refused(entry.token) : durable->finished(entry.token);
  PublishOutcome outcome;
  outcome.token = entry.token;
  outcome.packet_identifier = entry.identifier;
  outcome.qos = entry.qos;
  outcome.reason = reason;
  outcome.properties = properties;
  outcome.may_be_duplicate = entry.may_be_duplicate;
  handler.on_published(outcome);
}

}  // namespace mqtt_toolbox::session
