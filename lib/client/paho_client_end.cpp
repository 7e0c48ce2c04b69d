#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "client/paho_client.hpp"
#include "client/session_use.hpp"

// Attempts that failed, connections lost, and the end.

namespace mqtt_toolbox::client {

using session::AttemptEnd;

Ended PahoClient::why_not_connected(const PahoEvent& event) const {
  if (event.kind == PahoEvent::Kind::refused) {
    protocol::ConnAck connack;
    connack.code = event.code;
    return refused(target_, connack, version_, !plan_.client_identifier.empty(), tried_);
  }
  // What Paho says when CONNECT is written and the stream ends.
  if (event.text == "TCP connect completion failure")
    return closed_before_connack(unanswered(), std::nullopt);
  const char* what = plan_.transport.tls ? "connect to, or TLS fails with," : "connect to";
  const std::string says = event.text.empty() ? "connect failure" : event.text;
  return {Error{ExitCode::unreachable,
                fmt::format("cannot {} {}: Paho says no more than: {}", what, target_, says)},
          AttemptEnd::other, false};
}

void PahoClient::not_connected(const PahoEvent& event) {
  if (stage_ == Stage::clearing) return finish(std::move(closing_error_));
  if (stage_ != Stage::connecting) return;
  // A new socket may have the number of one that is just gone, and Paho takes the end of that one
  // for the new one's.
  const bool may_be_mixed_up =
      event.kind == PahoEvent::Kind::failed && (tried_.size() > 1 || event.text == "socket error");
  if (may_be_mixed_up && !std::exchange(mixed_up_, true)) {
    if (!tried_.empty()) tried_.pop_back();
    return attempt();
  }
  attempt_ended(why_not_connected(event));
}

void PahoClient::lost() {
  const Ended how = ended_ ? *ended_ : closed(target_, std::nullopt);
  switch (stage_) {
    case Stage::online: return connection_ended(how);
    case Stage::flushing:
    case Stage::closing:
      if (all_done_) return finish(std::nullopt);
      return finish(how.error);
    case Stage::clearing: return finish(std::move(closing_error_));
    case Stage::idle:
    case Stage::renewing:
    case Stage::connecting:
    case Stage::waiting:
    case Stage::ended: return;
  }
}

void PahoClient::connection_ended(const Ended& ended) {
  Error error = ended.error;
  std::size_t lost = std::exchange(qos_0_lost_, 0);
  // With another connection Paho would write the others.
  if (ended.permanent || backoff_.exhausted()) lost += unwritten_.size();
  if (lost != 0) error.text += fmt::format("; up to {} unwritten QoS 0 messages with it", lost);
  if (ended.permanent) return finish(std::move(error));
  const bool is_good = subscriptions_.all_answered();
  const Duration life = is_good ? loop_.now() - online_since_ : Duration::zero();
  backoff_.connection_ended(life);
  // Paho does not tell what a connection ended at.
  repeated_ends_.connection_ended({}, life >= plan_.reconnect.settled_after);
  error.text += repeated_ends_.take_hint();
  retry(error);
}

void PahoClient::retry(const Error& cause) {
  if (backoff_.exhausted()) {
    Error error = cause;
    if (was_online_) error.code = ExitCode::lost;
    if (const auto made = backoff_.attempts_made(); made != 0)
      error.text += fmt::format("; given up after {} attempt{}", made, made == 1 ? "" : "s");
    return finish(std::move(error));
  }
  stage_ = Stage::waiting;
  password_.expire();
  const Duration wait = backoff_.next(random_);
  attempt_timer_.arm(loop_.now() + wait);
  handler_.on_reconnecting(cause, wait);
}

/// All that `close` had to wait for is with Paho or written.
void PahoClient::flushed() {
  stage_ = Stage::closing;
  if (auto status = link_->disconnect(disconnect_); !status) finish(std::move(status.error()));
}

void PahoClient::link_closed() {
  if (stage_ == Stage::clearing) return lost();
  if (stage_ != Stage::closing) return;
  const bool is_told = version_ == protocol::Version::v5 && module_.disconnect_tells_why();
  if (session_ends(plan_, pending()) && !is_told) return clear_session();
  finish(std::move(closing_error_));
}

void PahoClient::clear_session() {
  drop_link();
  abandoned_ = pending();
  messages_ = {};
  requests_ = {};
  unwritten_.clear();
  settings_ = settings_to_clear(plan_);
  stage_ = Stage::clearing;
  connect_link(true);
}

void PahoClient::closing_timed_out() {
  if (stage_ == Stage::ended) return;
  if (stage_ == Stage::flushing) {
    closing_error_ =
        Error{ExitCode::lost, fmt::format("{} bytes could not be written to {} within {}",
                                          unwritten_bytes_, target_, show_duration(grace_))};
    // Paho may be writing to it at this moment.
    leave_link();
  }
  finish(std::move(closing_error_));
}

void PahoClient::finish(std::optional<Error> error) {
  stage_ = Stage::ended;
  password_.cancel();
  closing_error_ = std::move(error);
  attempt_timer_.disarm();
  closing_timer_.disarm();
  drop_link();
  loop_.defer(lifeline_.guard([this] {
    const std::optional<Error> reason = std::move(closing_error_);
    handler_.on_closed(reason);
  }));
}

}  // namespace mqtt_toolbox::client
