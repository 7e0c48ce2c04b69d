#include <algorithm>

#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::Qos;
using protocol::ReasonCode;

namespace {
constexpr char dup_flag = 0x08;     // MQTT 5.0 section 3.3.1.1
constexpr char retain_flag = 0x01;  // MQTT 5.0 section 3.3.1.3
}  // namespace

void Session::State::start_resending() {
  resend_next = inflight.begin();
  resend_end = inflight.end();
  window_used = 0;
  if (!session_present) send_all_as_new();
}

/// The server has forgotten the session: what it has not acknowledged is published again from the
/// start, and what it perhaps has passed on already arrives twice.
void Session::State::send_all_as_new() {
  for (auto sequence = resend_next; sequence != resend_end; ++sequence) {
    InflightEntry& entry = inflight.at(sequence);
    if (!entry.is_publish() || entry.qos != Qos::exactly_once) continue;
    entry.awaiting = Awaiting::pubrec;
    entry.pubrec_reason = ReasonCode::success;
    entry.released_again = false;
    entry.may_be_duplicate = true;
    if (durable != nullptr) durable->sent(entry.token, entry.identifier, version, true);
  }
}

/// Sends again in the order of sending (MQTT 5.0 sections 4.4 and 4.6), as far as the window and
/// the output go; goes on when there is room again.
void Session::State::continue_resending() {
  while (phase == Phase::online && !is_resent()) {
    if (output.pending() > settings.output_bytes) return watch_output();
    // Entries acknowledged meanwhile are gone, and their places may be taken.
    resend_next = std::clamp(inflight.begin(), resend_next, resend_end);
    if (is_resent() || !resend(resend_next)) return;
  }
}

/// False when the window is full.
bool Session::State::resend(Inflight::Sequence sequence) {
  InflightEntry& entry = inflight.at(sequence);
  const bool is_counted = entry.is_publish();
  if (is_counted && window_used >= window) return false;
  if (is_counted) ++window_used;
  ++resend_next;
  if (entry.awaiting == Awaiting::pubcomp) {
    entry.released_again = true;
    send_acknowledgement(protocol::PacketType::pubrel, entry.identifier);
  } else if (is_counted) {
    resend_publish(sequence);
  } else if (entry.awaiting != Awaiting::nothing) {
    send_stored(entry);
  }
  return true;
}

void Session::State::resend_publish(Inflight::Sequence sequence) {
  InflightEntry& entry = inflight.at(sequence);
  if (const auto reason = reason_not_to_send(entry))
    return finish_publish(sequence, *reason, protocol::Properties());
  char& first = *inflight.packet(entry);
  first = static_cast<char>(session_present ? first | dup_flag : first & ~dup_flag);
  send_stored(entry);
}

bool Session::State::withdraw(Token token) {
  for (auto sequence = inflight.begin(); sequence != inflight.end(); ++sequence) {
    const InflightEntry& entry = inflight.at(sequence);
    if (!entry.is_publish() || entry.token != token) continue;
    inflight.finish(sequence);
    return true;
  }
  return false;
}

std::vector<Token> Session::State::withdraw_oversized_subscribes() {
  std::vector<Token> withdrawn;
  // The oldest entries go when they are finished.
  const auto after = [this](auto sequence) { return std::max(sequence + 1, inflight.begin()); };
  for (auto sequence = inflight.begin(); sequence < inflight.end(); sequence = after(sequence)) {
    const InflightEntry entry = inflight.at(sequence);
    if (entry.awaiting != Awaiting::suback || entry.size <= limits.maximum_packet_size) continue;
    inflight.finish(sequence);
    withdrawn.push_back(entry.token);
  }
  return withdrawn;
}

/// A server can come back with narrower limits; sending against them would end every connection.
std::optional<ReasonCode> Session::State::reason_not_to_send(const InflightEntry& entry) {
  const std::size_t payload = entry.borrowed ? inflight.borrowed_payload(entry).size : 0;
  if (entry.size + payload > limits.maximum_packet_size) return ReasonCode::packet_too_large;
  if (entry.qos > limits.maximum_qos) return ReasonCode::qos_not_supported;
  const bool is_retained = (*inflight.packet(entry) & retain_flag) != 0;
  if (is_retained && !limits.retain_available) return ReasonCode::retain_not_supported;
  return std::nullopt;
}

}  // namespace mqtt_toolbox::session
