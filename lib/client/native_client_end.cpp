#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "client/native_client.hpp"
#include "client/session_use.hpp"

// Connections lost, reconnects, and the end.

namespace mqtt_toolbox::client {

namespace {
/// How long a server is given to read the last bytes and to close; nothing but its close tells.
constexpr Duration longest_linger = std::chrono::milliseconds(500);
/// A server that goes right after CONNACK, or a network that cuts the connection there, has done so
/// by then; longer than the variation of a round trip.
constexpr Duration held_in_doubt = std::chrono::milliseconds(50);
}  // namespace

Ended NativeClient::how_session_ended() const {
  if (ended_) return *ended_;
  const session::Failure failure = session_->failure().value_or(session::Failure{});
  return stage_ == Stage::handshaking ? not_understood(unanswered(), failure)
                                      : failed(target_, failure);
}

void NativeClient::session_ended() {
  if (stage_ == Stage::clearing) {
    wire_.flush();
    wire_.drop(transport::Ending::graceful);
    return finish(std::move(closing_error_));
  }
  // The DISCONNECT that tells the server what it did.
  release();
  wire_.flush();
  if (stage_ == Stage::ended) return;
  if (session_->failure() && session_->failure()->packet)
    handler_.on_violation(*session_->failure());
  connection_ended(how_session_ended(), is_sent_away_ ? oldest_request() : ended_at_fault());
}

EndedAt NativeClient::oldest_request() const {
  const auto pending = session_->oldest_pending();
  return pending ? client::ended_at_request(*pending) : EndedAt();
}

/// A packet that is on its way when the server ends the connection is not the cause: where the end
/// was orderly, TCP says whether it has arrived. A reset says nothing, since it acknowledges
/// nothing: what the system has taken may have been read.
EndedAt NativeClient::ended_at_close(bool is_orderly) const {
  const auto pending = session_->oldest_pending();
  const std::uint64_t unread = is_orderly ? wire_.unconfirmed() : 0;
  const bool may_be_read = wire_.output().written() > connect_end_ + unread;
  return pending && may_be_read ? client::ended_at_request(*pending) : EndedAt();
}

/// After an end that left in doubt whether a request was read, the next connection shows first that
/// it lives: what is reset before anything was written is not reset for a request.
void NativeClient::hold_in_doubt() {
  is_held_ = has_doubt_;
  if (is_held_) hold_timer_.arm(loop_.now() + held_in_doubt);
}

void NativeClient::release() {
  hold_timer_.disarm();
  is_held_ = false;
}

EndedAt NativeClient::ended_at_fault() const {
  const auto& failure = session_->failure();
  return failure ? ended_at_refused(*failure, subscriptions_.first_filter()) : EndedAt();
}

bool NativeClient::before_writing() {
  if (is_held_) return false;
  if (store_ == nullptr) return true;
  Status committed = store_->commit();
  if (committed) return true;
  wire_.drop(transport::Ending::graceful);
  finish(std::move(committed.error()));
  return false;
}

void NativeClient::on_written() {
  unwritten_qos_0_ = 0;
  if (stage_ == Stage::closing && !delivering_) all_written();
}

void NativeClient::on_gone(const std::optional<Error>& failure) {
  switch (stage_) {
    case Stage::handshaking:
      return connection_ended(closed_before_connack(unanswered(), failure), {});
    case Stage::online: return closed_online(failure);
    case Stage::closing:
      if (all_done_) return finish(std::nullopt);
      return finish(closed(target_, failure).error);
    case Stage::lingering:
    case Stage::clearing: return finish(std::move(closing_error_));
    case Stage::idle:
    case Stage::renewing:
    case Stage::opening:
    case Stage::waiting:
    case Stage::ended: return;
  }
}

void NativeClient::closed_online(const std::optional<Error>& failure) {
  const EndedAt at = ended_at_close(!failure);
  if (failure && at.kind == EndedAt::Kind::request) has_doubt_ = true;
  connection_ended(closed(target_, failure), at);
}

void NativeClient::connection_ended(const Ended& ended, const EndedAt& at) {
  stop_awaiting_connack();
  session_timer_.disarm();
  release();
  wire_.drop(transport::Ending::graceful);
  session_->transport_closed();
  if (stage_ == Stage::handshaking) return attempt_ended(ended);
  ended_at_request_ = at.kind == EndedAt::Kind::request;
  const Duration life = good_life();
  backoff_.connection_ended(life);
  repeated_ends_.connection_ended(at, life >= plan_.reconnect.settled_after);
  Error error = ended.error;
  if (const std::size_t lost = std::exchange(unwritten_qos_0_, 0); lost != 0) {
    error.text += fmt::format("; up to {} unwritten QoS 0 messages with it", lost);
  }
  // What a store holds need not be given up with one of its messages.
  const bool spares_others = store_ != nullptr && ended.may_be_over_a_packet && ended_at_request_;
  if (ended.permanent && !spares_others) return finish(std::move(error));
  auto hopeless = store_ == nullptr ? repeated_ends_.hopeless(error) : std::nullopt;
  if (hopeless) return finish(std::move(hopeless));
  // Which message of a store it is, is found out and told.
  if (store_ == nullptr || !ended_at_request_) error.text += repeated_ends_.take_hint();
  retry(error);
}

/// How long the connection served its purpose.
Duration NativeClient::good_life() const {
  return subscriptions_.all_answered() ? loop_.now() - online_since_ : Duration::zero();
}

void NativeClient::retry(const Error& cause) {
  if (backoff_.exhausted()) {
    Error error = cause;
    if (was_online_) error.code = ExitCode::lost;
    if (const auto made = backoff_.attempts_made(); made != 0) {
      error.text += fmt::format("; given up after {} attempt{}", made, made == 1 ? "" : "s");
    }
    return finish(std::move(error));
  }
  stage_ = Stage::waiting;
  password_.expire();
  const Duration wait = backoff_.next(random_);
  attempt_timer_.arm(loop_.now() + wait);
  handler_.on_reconnecting(cause, wait);
}

void NativeClient::all_written() {
  const bool ends_session = session_ends(plan_, session_->inflight());
  if (ends_session && version_ != protocol::Version::v5) return clear_session();
  if (!lingers_) {
    wire_.drop(transport::Ending::graceful);
    return finish(std::move(closing_error_));
  }
  stage_ = Stage::lingering;
  wire_.finish_writing();
  closing_timer_.arm(loop_.now() + std::min(grace_.length, longest_linger));
}

void NativeClient::clear_session() {
  wire_.drop(transport::Ending::graceful);
  session_->transport_closed();
  abandoned_ = session_->inflight();
  make_session(settings_to_clear(plan_), nullptr);
  attempt();
  stage_ = Stage::clearing;
}

/// When DISCONNECT and what stands before it must have been written.
Time NativeClient::closing_limit() {
  const Time moved = wire_.send_progress().last_progress();
  if (grace_.from == Grace::From::last_progress) closing_since_ = std::max(closing_since_, moved);
  return closing_since_ + grace_.length;
}

void NativeClient::arm_for_closing() {
  const Time limit = closing_limit();
  closing_timer_.arm(wire_.seen_send_progress().next_look(limit, loop_.now()));
}

void NativeClient::closing_timed_out() {
  if (stage_ == Stage::ended) return;
  if (stage_ == Stage::closing && loop_.now() < closing_limit()) return arm_for_closing();
  const std::size_t left = wire_.output().pending();
  if (stage_ == Stage::closing && left != 0) {
    closing_error_ =
        Error{ExitCode::lost, fmt::format("{} bytes could not be written to {} within {}", left,
                                          target_, show_duration(grace_.length))};
  }
  if (stage_ == Stage::clearing) connector_.reset();
  wire_.drop(transport::Ending::graceful);
  finish(std::move(closing_error_));
}

void NativeClient::finish(std::optional<Error> error) {
  stage_ = Stage::ended;
  password_.cancel();
  closing_error_ = std::move(error);
  attempt_timer_.disarm();
  stop_awaiting_connack();
  session_timer_.disarm();
  closing_timer_.disarm();
  hold_timer_.disarm();
  loop_.defer(lifeline_.guard([this] {
    const std::optional<Error> reason = std::move(closing_error_);
    handler_.on_closed(reason);
  }));
}

}  // namespace mqtt_toolbox::client
