#include <algorithm>
#include <utility>

#include "client/native_client.hpp"

// What comes from the session and the wire, on its way to the handler.

namespace mqtt_toolbox::client {

bool NativeClient::on_bytes(protocol::Bytes bytes) {
  if (stage_ == Stage::closing || stage_ == Stage::lingering) return true;
  if (stage_ == Stage::handshaking && first_bytes_.size() < first_bytes_kept) {
    first_bytes_ += bytes.substr(0, first_bytes_kept - first_bytes_.size());
  }
  delivering_ = true;
  session_->receive(bytes, loop_.now());
  delivering_ = false;
  update_reading();
  return session_->phase() != session::Phase::closing || stage_ == Stage::closing;
}

/// Of a server that reads none of the answers nothing more is read either.
void NativeClient::update_reading() {
  if (stage_ != Stage::online) return;
  const bool may_receive = session_->may_receive() || wire_.has_failed();
  wire_.pause_reading(paused_ || !may_receive);
  if (!may_receive) watch_session_deadline();
}

void NativeClient::on_progress() {
  update_reading();
}

void NativeClient::on_bytes_end() {
  if (stage_ == Stage::online || stage_ == Stage::closing) handler_.on_batch_end();
  after_session();
}

void NativeClient::after_session() {
  if (stage_ == Stage::ended) return;
  if (stage_ == Stage::closing) {
    if (wire_.output().empty()) all_written();
    return;
  }
  if (stage_ == Stage::lingering) return;
  if (session_->phase() == session::Phase::closing) return session_ended();
  watch_session_deadline();
  wire_.output_grew();
}

void NativeClient::advance_session() {
  session_wake_ = never;
  if (stage_ != Stage::online) return;
  delivering_ = true;
  session_->advance(loop_.now(), wire_.send_progress());
  delivering_ = false;
  after_session();
}

/// Deadlines mostly move away with each packet; the timer follows when it fires.
void NativeClient::watch_session_deadline() {
  const Time deadline = wire_.seen_send_progress().next_look(session_->deadline(), loop_.now());
  if (deadline >= session_wake_) return;
  session_wake_ = deadline;
  session_timer_.arm(deadline);
}

bool NativeClient::on_message(const protocol::Publish& message) {
  return stage_ == Stage::online && handler_.on_message(message);
}

void NativeClient::request_answered() {
  has_doubt_ = false;
  repeated_ends_.answered();
}

void NativeClient::on_published(const PublishOutcome& outcome) {
  request_answered();
  if (stage_ == Stage::online) handler_.on_published(outcome);
}

void NativeClient::on_subscribed(Token part, const protocol::SubAck& suback) {
  request_answered();
  const auto answer = subscribe_parts_.answered(part, suback.codes);
  if (!answer) return;
  subscriptions_.answered(answer->token);
  if (stage_ == Stage::online)
    handler_.on_subscribed(answer->token,
                           {suback.packet_identifier, suback.properties, answer->codes});
}

void NativeClient::on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) {
  if (stage_ == Stage::online) handler_.on_unsubscribed(token, unsuback);
}

void NativeClient::on_disconnect(const protocol::Disconnect& disconnect) {
  ended_ = disconnected(target_, disconnect);
  is_sent_away_ = wire_.output().written() > connect_end_;
}

void NativeClient::on_auth(const protocol::Auth& auth) {
  if (stage_ == Stage::online || stage_ == Stage::handshaking) handler_.on_auth(auth);
}

void NativeClient::on_pingresp(std::uint64_t number) {
  if (stage_ == Stage::online) handler_.on_pingresp(number);
}

void NativeClient::on_ready() {
  if (stage_ != Stage::online) return;
  resubscribe();
  if (stage_ == Stage::online) handler_.on_ready();
}

void NativeClient::on_packet(session::Direction direction, const protocol::Frame& frame,
                             protocol::Version version) {
  if (stage_ != Stage::ended) handler_.on_packet(direction, frame, version);
}

}  // namespace mqtt_toolbox::client
