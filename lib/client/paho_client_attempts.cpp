#include <algorithm>
#include <utility>

#include "client/paho_client.hpp"
#include "client/session_use.hpp"
#include "protocol/codec.hpp"

// Attempts to connect: versions one after the other, and what follows from how each one ended.

namespace mqtt_toolbox::client {

using protocol::Version;

namespace {
/// Paho searches lists of what is in flight for each message, so that a wider window is slower.
/// Before 5.0 as in the native engine.
constexpr std::uint16_t widest_window = 100;
constexpr std::uint16_t window_before_5 = 20;

/// Between two looks whether Paho has closed what the server ended.
constexpr Duration until_closed = std::chrono::milliseconds(10);
}  // namespace

std::uint16_t PahoClient::window() const {
  const bool v5 = version_ == Version::v5;
  const std::uint16_t wanted =
      settings_.inflight_messages.value_or(v5 ? widest_window : window_before_5);
  return std::min(wanted, limits_.receive_maximum);
}

/// An attempt that is not another version of the one before.
void PahoClient::attempt_anew() {
  if (!password_.is_due()) return attempt();
  stage_ = Stage::renewing;
  password_.renew([this](const Status& renewed) {
    if (renewed) return attempt();
    stage_ = Stage::connecting;
    attempt_ended({renewed.error(), session::AttemptEnd::other, false});
  });
}

void PahoClient::attempt() {
  stage_ = Stage::connecting;
  if (!was_online_) return attempt_first();
  if (!link_->is_connected()) return attempt_again();
  stage_ = Stage::waiting;
  attempt_timer_.arm(loop_.now() + until_closed);
}

/// Paho sends again what is in the session. After damage it knows nothing of it any more, so that
/// the server's part must go, too: a number that means something there would begin anew here.
void PahoClient::attempt_again() {
  const bool anew = std::exchange(damaged_, false);
  if (anew) {
    leave_link();
    messages_.forget_all();
  }
  connect_link(anew || !settings_.resume);
}

/// Paho would find fault with it later, and not say why.
Status PahoClient::check_connect() const {
  protocol::Connect connect;
  connect.version = version_;
  connect.client_identifier = identifier_;
  connect.username = plan_.username;
  connect.password = password_.value();
  if (const auto& will = settings_.will)
    connect.will = {will->topic, will->payload, will->qos, will->retain, will->properties.view()};
  const auto size = encoded_size(connect, version_);
  return size ? Status() : Status(fail(ExitCode::usage, describe(size.error())));
}

void PahoClient::attempt_first() {
  tried_.push_back(version_);
  drop_link();
  settings_ = settings_for(plan_, version_);
  // Paho would resume under the empty identifier what the server keeps under the one it assigned.
  if (identifier_.empty() && (settings_.resume || needs_identifier(version_, settings_)))
    identifier_ = make_identifier(random_);
  if (auto status = check_connect(); !status) return finish(std::move(status.error()));
  connect_link(settings_.clean_start);
}

void PahoClient::connect_link(bool clean_start) {
  ended_.reset();
  limits_ = {};
  if (!link_) {
    auto link = module_.open(plan_, version_, identifier_);
    if (!link) return finish(std::move(link.error()));
    link_ = std::move(*link);
    open_watch();
  }
  // A reconnect cannot be called off, so that Paho's own time-out has to end it.
  if (stage_ == Stage::connecting && !was_online_) arm_for_connack();
  const PahoConnect how{plan_,       password_.value(), settings_,
                        clean_start, window(),          longest_attempt()};
  if (auto status = link_->connect(how); !status) finish(std::move(status.error()));
}

void PahoClient::open_watch() {
  ++link_number_;
  watch_.emplace(loop_, link_->descriptor(), [this](transport::Interest) { drain(); });
  watch_->want(paused_ ? transport::Interest::none : transport::Interest::read);
}

/// Which stage Paho is in nobody can tell.
Duration PahoClient::longest_attempt() const {
  const transport::StageTimeouts& stages = plan_.transport.timeouts;
  Duration all = stages.resolve + stages.connect + plan_.connack_timeout;
  if (plan_.transport.tls) all += stages.tls;
  if (plan_.transport.websocket) all += stages.websocket;
  return all;
}

void PahoClient::arm_for_connack() {
  const Time now = loop_.now();
  connack_deadline_ = now + longest_attempt();
  const bool may_fall_back =
      !plan_.version && plan_.fall_back_after_silence && version_ == Version::v5;
  attempt_timer_.arm(may_fall_back ? std::min(now + plan_.silence_timeout, connack_deadline_)
                                   : connack_deadline_);
}

void PahoClient::attempt_timed_out() {
  if (stage_ == Stage::waiting) return attempt_anew();
  if (stage_ != Stage::connecting) return;
  const bool late = loop_.now() >= connack_deadline_;
  drop_link();
  attempt_ended(silent(unanswered(), late ? longest_attempt() : plan_.silence_timeout));
}

Unanswered PahoClient::unanswered() const {
  return {plan_.transport, tried_, {}, plan_.session.will.has_value()};
}

void PahoClient::attempt_ended(const Ended& ended) {
  attempt_timer_.disarm();
  if (!plan_.version && !was_online_) {
    const auto next = session::next_version(version_, ended.attempt, plan_.fall_back_after_silence);
    if (next) {
      version_ = *next;
      return attempt();
    }
  }
  if (!was_online_) version_ = plan_.version.value_or(Version::v5);
  tried_.clear();
  const bool repeat = (was_online_ || plan_.retry_first_connect) && !ended.permanent;
  if (repeat) return retry(ended.error);
  finish(ended.error);
}

void PahoClient::resubscribe() {
  while (const KeptSubscribe* subscribe = subscriptions_.due()) {
    PahoRequest request;
    request.token = subscribe->token;
    request.properties = subscribe->properties;
    request.entries = subscribe->entries;
    protocol::Bytes rest = request.entries;
    while (protocol::next_subscription(rest)) ++request.unanswered;
    request.tickets.resize(request.unanswered);
    request.codes.resize(request.unanswered);
    requests_.add(std::move(request));
    subscriptions_.sent_again();
  }
}

void PahoClient::drop_link() {
  if (damaged_) return leave_link();
  watch_.reset();
  link_.reset();
  ++link_number_;
}

void PahoClient::leave_link() {
  watch_.reset();
  if (link_) link_.release()->abandon();
  ++link_number_;
}

}  // namespace mqtt_toolbox::client
