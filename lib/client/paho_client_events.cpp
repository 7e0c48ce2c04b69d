#include <utility>

#include "client/paho_client.hpp"
#include "session/limits.hpp"

// What Paho told, on its way to the handler.

namespace mqtt_toolbox::client {

using Kind = PahoEvent::Kind;

void PahoClient::drain() {
  const std::uint64_t number = link_number_;
  std::vector<PahoEvent> batch = std::exchange(batch_, {});
  link_->take(batch);
  bool told = false;
  for (const PahoEvent& event : batch) {
    handle(event);
    if (number != link_number_ || stage_ == Stage::ended) return;
    told = told || event.kind == Kind::message || event.kind == Kind::published ||
           event.kind == Kind::subscribed || event.kind == Kind::unsubscribed;
  }
  batch.clear();
  batch_ = std::move(batch);
  if (told && stage_ == Stage::online) handler_.on_batch_end();
  tell_ready();
}

void PahoClient::handle(const PahoEvent& event) {
  switch (event.kind) {
    case Kind::connected: return connected(event);
    case Kind::refused:
    case Kind::failed: return not_connected(event);
    case Kind::lost: return lost();
    case Kind::disconnected: return sent_away(event);
    case Kind::closed: return link_closed();
    case Kind::message: return message(event);
    case Kind::published: return published(event);
    case Kind::not_published:
      if (event.qos_0) return written(false);
      messages_.forget(event.ticket);
      damaged_ = damaged_ || event.damaged;
      return;
    case Kind::subscribed:
    case Kind::unsubscribed: return answered(event);
    case Kind::not_answered: return;
  }
}

void PahoClient::connected(const PahoEvent& event) {
  if (stage_ == Stage::clearing) {
    // It can only be gone, and then nothing is left to be done.
    if (!link_->disconnect({})) finish(std::move(closing_error_));
    return;
  }
  attempt_timer_.disarm();
  online_since_ = loop_.now();
  tried_.clear();
  mixed_up_ = false;
  stage_ = Stage::online;
  const bool first = !std::exchange(was_online_, true);
  const protocol::ConnAck connack{event.session_present, 0, protocol::Properties(event.properties)};
  limits_ = session::server_limits(connack.properties);
  const auto assigned = connack.properties.text(protocol::PropertyId::assigned_client_identifier);
  if (assigned && identifier_.empty()) identifier_ = *assigned;
  if (!connack.session_present) subscriptions_.start_again();
  requests_.make_due();
  resubscribe();
  hand_over_unanswered();
  hand_over_forgotten();
  handler_.on_connected({connack, limits_, version_, first, identifier_, {}});
}

/// Paho closes by itself, at once or when the server does, and may not tell that as a loss.
void PahoClient::sent_away(const PahoEvent& event) {
  ended_ = disconnected(target_, {static_cast<protocol::ReasonCode>(event.code),
                                  protocol::Properties(event.properties)});
  if (stage_ != Stage::connecting) lost();
}

void PahoClient::message(const PahoEvent& event) {
  if (stage_ != Stage::online || stopped_) return;
  protocol::Publish publish;
  publish.topic = event.text;
  publish.payload = event.payload;
  publish.packet_identifier = event.packet_identifier;
  publish.qos = event.qos;
  publish.dup = event.dup;
  publish.retain = event.retain;
  publish.properties = protocol::Properties(event.properties);
  const auto header = publish_header_size(publish, version_);
  const std::size_t size = header.value_or(0) + publish.payload.size();
  if (size > settings_.largest_packet) return too_large(size);
  stopped_ = !handler_.on_message(publish);
}

/// Paho knows no limit of its own, so that the message has been taken in.
void PahoClient::too_large(std::size_t size) {
  session::Failure failure;
  failure.packet = protocol::PacketType::publish;
  failure.oversize = {size, settings_.largest_packet, false};
  stopped_ = true;
  connection_ended(failed(target_, failure));
}

void PahoClient::published(const PahoEvent& event) {
  if (event.qos_0) return written(true);
  const auto message = messages_.take(event.ticket);
  if (!message || stage_ != Stage::online) return;
  PublishOutcome outcome;
  outcome.token = message->token;
  outcome.packet_identifier = message->packet_identifier;
  outcome.qos = message->qos;
  outcome.reason = static_cast<protocol::ReasonCode>(event.code);
  outcome.may_be_duplicate = message->may_be_duplicate;
  handler_.on_published(outcome);
}

/// One QoS 0 message left Paho, well or badly.
void PahoClient::written(bool well) {
  if (unwritten_.empty()) return;
  unwritten_bytes_ -= unwritten_.front();
  unwritten_.pop_front();
  if (!well) ++qos_0_lost_;
  if (stage_ == Stage::flushing && unwritten_.empty()) flushed();
}

void PahoClient::answered(const PahoEvent& event) {
  const auto request = requests_.answer(event);
  if (!request) return;
  const protocol::Properties properties(request->answer_properties);
  if (!request->unsubscribes) subscriptions_.answered(request->token);
  if (stage_ != Stage::online) return;
  if (!request->unsubscribes)
    return handler_.on_subscribed(request->token, {0, properties, request->codes});
  const bool v5 = version_ == protocol::Version::v5;
  handler_.on_unsubscribed(request->token,
                           {0, properties, v5 ? protocol::Bytes(request->codes) : ""});
}

void PahoClient::tell_ready() {
  protocol::Publish smallest;
  smallest.qos = protocol::Qos::at_least_once;
  const bool room = has_room({}, 0) && has_room(smallest, 0);
  if (stage_ == Stage::online && room && std::exchange(told_to_wait_, false)) handler_.on_ready();
}

}  // namespace mqtt_toolbox::client
