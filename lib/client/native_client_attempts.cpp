#include <algorithm>
#include <utility>

#include "client/native_client.hpp"
#include "client/session_use.hpp"

// Attempts to connect: versions one after the other, and what follows from how each one ended.

namespace mqtt_toolbox::client {

using protocol::Version;
using session::AttemptEnd;

/// An attempt that is not another version of the one before.
void NativeClient::attempt_anew() {
  if (!password_.is_due()) return attempt();
  stage_ = Stage::renewing;
  password_.renew([this](const Status& renewed) {
    if (renewed) return attempt();
    stage_ = Stage::handshaking;
    attempt_ended({renewed.error(), AttemptEnd::other, false});
  });
}

void NativeClient::attempt() {
  stage_ = Stage::opening;
  ended_.reset();
  ended_at_request_ = false;
  first_bytes_.clear();
  connector_.emplace(loop_, plan_.transport);
  connector_->start([this](Result<transport::Connection> connection) {
    if (stage_ == Stage::opening || stage_ == Stage::clearing) opened(std::move(connection));
  });
}

void NativeClient::opened(Result<transport::Connection> connection) {
  if (connection) return handshake(std::move(*connection));
  if (stage_ == Stage::clearing) return finish(std::move(closing_error_));
  stage_ = Stage::handshaking;
  attempt_ended(
      {client::unopened(plan_.transport, std::move(connection.error())), AttemptEnd::other, false});
}

void NativeClient::handshake(transport::Connection connection) {
  times_ = connection.times;
  const bool restores = stage_ == Stage::opening && !was_online_;
  wire_.pause_reading(false);
  wire_.open(std::move(connection.stream));
  if (stage_ == Stage::opening) {
    stage_ = Stage::handshaking;
    tried_.push_back(version_);
    if (!was_online_) make_session(settings_for(plan_, version_), store_);
    await_connack();
  }
  session_wake_ = never;
  if (identifier_.empty() && needs_identifier(version_, settings_)) {
    identifier_ = make_identifier(random_);
  }
  const session::Identity identity{identifier_, plan_.username, password_.value()};
  Status status = restores ? session_->restore() : Status();
  if (status) status = session_->transport_opened(version_, identity, loop_.now());
  if (!status) {
    wire_.drop(transport::Ending::fin);
    return finish(std::move(status.error()));
  }
  wire_.flush();
}

void NativeClient::make_session(session::Settings settings, session::Store* store) {
  session_.reset();
  settings_ = std::move(settings);
  session_.emplace(settings_, static_cast<session::Handler&>(*this), wire_.output(), store);
}

/// A CONNECT with a large will takes its time on a slow link.
void NativeClient::await_connack() {
  connack_.start(*this);
  const bool may_fall_back = !fixed_version_ && !was_online_ && plan_.fall_back_after_silence &&
                             version_ == Version::v5 &&
                             plan_.silence_timeout < plan_.connack_timeout;
  if (may_fall_back) silence_.start(*this);
}

void NativeClient::stop_awaiting_connack() {
  connack_.stop();
  silence_.stop();
}

void NativeClient::connack_missing(Duration limit) {
  connection_ended(silent(unanswered(), limit), {});
}

void NativeClient::fall_back_after_silence() {
  if (first_bytes_.empty()) connack_missing(plan_.silence_timeout);
}

Unanswered NativeClient::unanswered() const {
  return {plan_.transport, tried_, first_bytes_, plan_.session.will.has_value()};
}

void NativeClient::attempt_ended(const Ended& ended) {
  if (!fixed_version_ && !was_online_) {
    const auto next = session::next_version(version_, ended.attempt, plan_.fall_back_after_silence);
    if (next) {
      version_ = *next;
      return attempt();
    }
  }
  if (!was_online_) version_ = fixed_version_.value_or(Version::v5);
  tried_.clear();
  const bool repeat = (was_online_ || plan_.retry_first_connect) && !ended.permanent;
  if (repeat) return retry(ended.error);
  finish(ended.error);
}

void NativeClient::on_connected(const session::Connected& connected) {
  if (stage_ == Stage::clearing) {
    // Nothing but its properties could be refused, and it has none.
    (void)session_->disconnect({}, loop_.now());
    return;
  }
  stop_awaiting_connack();
  online_since_ = loop_.now();
  connect_end_ = wire_.output().written() + wire_.output().pending();
  is_sent_away_ = false;
  tried_.clear();
  stage_ = Stage::online;
  hold_in_doubt();
  const bool first = !std::exchange(was_online_, true);
  note_connack(connected.connack);
  resubscribe();
  if (stage_ != Stage::online) return;
  handler_.on_connected(
      {connected.connack, connected.limits, version_, first, identifier_, times_});
  if (stage_ == Stage::online && std::exchange(told_to_wait_, false)) handler_.on_ready();
}

void NativeClient::note_connack(const protocol::ConnAck& connack) {
  for (const Token part : session_->withdraw_oversized_subscribes())
    subscribe_parts_.withdrawn(part);
  if (!connack.session_present) {
    subscribe_parts_.start_again();
    subscriptions_.start_again();
  }
  const auto assigned = connack.properties.text(protocol::PropertyId::assigned_client_identifier);
  if (assigned && identifier_.empty()) identifier_ = *assigned;
  if (paused_) {
    update_reading();
    session_->reading_paused(true, loop_.now());
  }
}

/// Each SUBSCRIBE is cut anew: this server, or this time the same one, may take smaller packets.
void NativeClient::resubscribe() {
  while (const KeptSubscribe* subscribe = subscriptions_.due()) {
    subscribe_parts_.add_unsent(
        subscribe->token, {0, protocol::Properties(subscribe->properties), subscribe->entries});
    subscriptions_.sent_again();
  }
  while (const auto part = subscribe_parts_.next(session_->limits().maximum_packet_size)) {
    const auto submission =
        session_->subscribe({0, part->properties, part->entries}, part->number, loop_.now());
    if (!submission) {
      wire_.drop(transport::Ending::graceful);
      return finish(submission.error());
    }
    if (submission->admission == Admission::would_block) return;
    subscribe_parts_.sent();
  }
}

void NativeClient::on_refused(const protocol::ConnAck& connack) {
  ended_ = refused(target_, connack, version_, !plan_.client_identifier.empty(), tried_);
}

}  // namespace mqtt_toolbox::client
