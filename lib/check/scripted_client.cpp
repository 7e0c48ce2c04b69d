#include "check/scripted_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/system.hpp"
#include "check/case_context.hpp"
#include "check/refusal.hpp"
#include "check/timeout.hpp"
#include "client/session_use.hpp"

// A client as its script uses it; what happens on the connection is in
// scripted_client_transport.cpp.

namespace mqtt_toolbox::check {

using protocol::ReasonCode;

bool is_local_shortage(const Attempt& attempt) {
  constexpr std::array causes{EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL};
  return attempt.kind == Attempt::Kind::unreachable &&
         std::any_of(causes.begin(), causes.end(), [&](int cause) {
           return attempt.text.find(system_text(cause)) != std::string::npos;
         });
}

ScriptedClient::ScriptedClient(CaseContext& context, client::ConnectPlan plan)
    : context_(context),
      plan_(std::move(plan)),
      timer_(context.loop(), [this] { advance(); }),
      holding_(context.run().allowance) {}

ScriptedClient::~ScriptedClient() {
  if (stream_) stream_->set_events(nullptr);
}

bool ScriptedClient::connect() {
  const Attempt attempt = try_connect();
  if (attempt.kind == Attempt::Kind::accepted) return true;
  // A will may ask for more than the broker has.
  const bool is_limit = attempt.reason == ReasonCode::qos_not_supported ||
                        attempt.reason == ReasonCode::retain_not_supported;
  const std::string text = "cannot connect: " + attempt.text;
  context_.abort(is_limit ? unsupported(text) : inconclusive(text));
  return false;
}

Attempt ScriptedClient::try_connect() {
  const Attempt attempt = connect_once();
  return has_new_password(attempt) ? connect_once() : attempt;
}

std::optional<std::string> ScriptedClient::password() {
  client::SharedPassword* const shared = context_.run().password;
  const bool is_shared = shared != nullptr && plan_.password == context_.run().plan.password;
  password_number_ = is_shared ? std::optional(shared->number()) : std::nullopt;
  return is_shared ? shared->value() : plan_.password;
}

bool ScriptedClient::has_new_password(const Attempt& attempt) {
  if (attempt.kind != Attempt::Kind::refused || !password_number_) return false;
  if (!client::is_about_password(*attempt.reason)) return false;
  cut(transport::Ending::graceful);
  return context_.renew_password(*password_number_);
}

Attempt ScriptedClient::connect_once() {
  if (!open()) return how_attempt_ended();
  const Time asked = SystemClock().now();
  if (!handshake()) return how_attempt_ended();
  wait_for_answer([this] { return connack_ || end_; }, plan_.connack_timeout);
  Attempt attempt = how_attempt_ended();
  if (attempt.kind == Attempt::Kind::accepted)
    context_.run().round_trip->note(SystemClock().now() - asked);
  return attempt;
}

Attempt ScriptedClient::try_bytes(protocol::Bytes connect, Timeout timeout) {
  start_over();
  if (open()) {
    send_bytes(connect);
    wait_for_answer([this] { return connack_ || end_; }, timeout);
  }
  return how_attempt_ended();
}

Attempt ScriptedClient::how_attempt_ended() const {
  using Kind = Attempt::Kind;
  if (unreachable_) return {Kind::unreachable, {}, unreachable_->text};
  if (connack_ && !is_failure(*connack_)) return {Kind::accepted, connack_, "accepted"};
  if (connack_) {
    const std::string said = reason_string_of(connack_properties_.view());
    return {Kind::refused, connack_,
            "refused: " + std::string(name(*connack_, protocol::PacketType::connack)) + said, said};
  }
  if (end_) return {Kind::closed, end_->reason, "closed without CONNACK: " + end_->text};
  return {Kind::silent, {}, "no answer to CONNECT"};
}

void ScriptedClient::start_over() {
  session_.reset();
}

bool ScriptedClient::online() const {
  return stream_ && session_ && session_->phase() == session::Phase::online;
}

const session::ServerLimits& ScriptedClient::limits() const {
  static constexpr session::ServerLimits none;
  return session_ ? session_->limits() : none;
}

transport::StreamFacts ScriptedClient::facts() const {
  return stream_ ? stream_->facts() : transport::StreamFacts{};
}

// Messages.

bool ScriptedClient::submit(const Message& message, session::Token token) {
  if (message.retain && !message.payload.empty() && context_.owns(message.topic))
    context_.run().leftovers->add_topic(message.topic);
  context_.note_sent(message.topic, message.properties.view());
  while (online()) {
    ready_ = false;
    const auto submission =
        session_->publish(view_of(message), token, session::Payload::copied, context_.loop().now());
    if (!submission) {
      context_.abort(unsupported(submission.error().text));
      return false;
    }
    after_session();
    if (submission->admission == session::Admission::accepted) return true;
    if (!wait_for_answer([this] { return ready_ || end_; }, usual_timeout)) return false;
  }
  return false;
}

bool ScriptedClient::send(const Message& message) {
  const session::Token token = next_token_++;
  if (!submit(message, token)) return false;
  if (message.qos != protocol::Qos::at_most_once) ++outstanding_;
  return true;
}

std::optional<ReasonCode> ScriptedClient::try_publish(const Message& message, Timeout timeout) {
  const session::Token token = next_token_++;
  if (!submit(message, token)) return std::nullopt;
  if (message.qos != protocol::Qos::at_most_once) {
    ++outstanding_;
    const auto reason = outcome(token, timeout);
    const bool is_cleared = message.retain && message.payload.empty();
    if (is_cleared && reason && !is_failure(*reason))
      context_.run().leftovers->remove_topic(message.topic);
    return reason;
  }
  wait_for_answer([this] { return outgoing_.empty() || end_; }, usual_timeout);
  return end_ ? std::nullopt : std::optional(ReasonCode::success);
}

bool ScriptedClient::publish(const Message& message) {
  const auto reason = try_publish(message);
  if (reason && !is_failure(*reason)) return true;
  context_.abort(reason ? "a message was refused: " +
                              std::string(name(*reason, protocol::PacketType::puback)) + said_
                        : "a message was not acknowledged" + why_ended());
  return false;
}

bool ScriptedClient::settle(Timeout timeout) {
  return wait_for_answer([this] { return outstanding_ == 0 || end_; }, timeout) &&
         outstanding_ == 0;
}

std::optional<ReasonCode> ScriptedClient::outcome(session::Token token, Timeout timeout) {
  wait_for_answer([&] { return outcomes_.count(token) != 0 || end_; }, timeout);
  const auto found = outcomes_.find(token);
  if (found == outcomes_.end()) return std::nullopt;
  return found->second;
}

std::string ScriptedClient::why_ended() const {
  return end_ ? ": " + end_->text : std::string();
}

// Subscriptions.

bool ScriptedClient::subscribe(const std::string& filter, const SubscribeOptions& options) {
  const auto reason = try_subscribe(filter, options);
  if (reason && !is_failure(*reason)) return true;
  context_.abort(reason
                     ? unsupported("the subscription was refused: " +
                                   std::string(name(*reason, protocol::PacketType::suback)) + said_)
                     : inconclusive("the subscription was not answered" + why_ended()));
  return false;
}

std::optional<ReasonCode> ScriptedClient::try_subscribe(const std::string& filter,
                                                        const SubscribeOptions& options,
                                                        Timeout timeout) {
  if (!online()) return std::nullopt;
  if (std::find(filters_.begin(), filters_.end(), filter) == filters_.end())
    filters_.push_back(filter);
  std::string entries;
  protocol::append_subscription(entries, {filter, options.qos, options.no_local,
                                          options.retain_as_published, options.retain_handling});
  protocol::PropertyList properties(protocol::PropertyPlace::subscribe);
  if (options.identifier != 0)
    (void)properties.add(protocol::PropertyId::subscription_identifier, options.identifier);
  const session::Token token = next_token_++;
  const auto submission =
      session_->subscribe({0, properties.view(), entries}, token, context_.loop().now());
  if (!submission) {
    context_.abort(unsupported(submission.error().text));
    return std::nullopt;
  }
  after_session();
  return outcome(token, timeout);
}

std::optional<session::Token> ScriptedClient::begin_unsubscribe(const std::string& filter) {
  if (!online()) return std::nullopt;
  std::string entries;
  protocol::append_filter(entries, filter);
  const session::Token token = next_token_++;
  if (!session_->unsubscribe({0, {}, entries}, token, context_.loop().now())) return std::nullopt;
  after_session();
  return token;
}

std::optional<ReasonCode> ScriptedClient::try_unsubscribe(const std::string& filter) {
  const auto token = begin_unsubscribe(filter);
  return token ? outcome(*token, usual_timeout) : std::nullopt;
}

bool ScriptedClient::wait_for_answer(const std::function<bool()>& condition, Timeout timeout) {
  return context_.wait_for_answer(condition, timeout, *this);
}

// Past the session.

bool ScriptedClient::ping(Timeout timeout) {
  const std::size_t expected = ++pings_sent_;
  const Time asked = SystemClock().now();
  send_packet(protocol::PingReq{});
  (void)wait_for_answer([&] { return pings_answered_ >= expected || end_; }, timeout);
  const bool is_answered = pings_answered_ >= expected;
  if (is_answered) context_.run().round_trip->note(SystemClock().now() - asked);
  return is_answered;
}

void ScriptedClient::send_bytes(protocol::Bytes bytes) {
  if (!stream_) return;
  has_sent_bytes_ = true;
  observe_sent(bytes);
  outgoing_ += bytes;
  write();
}

/// What is no packet stays unseen.
void ScriptedClient::observe_sent(protocol::Bytes bytes) const {
  if (!context_.run().observe) return;
  for (;;) {
    const auto found = protocol::next_frame(bytes);
    if (!found || !found->frame) return;
    context_.run().observe(context_.task().name(), session::Direction::sent, *found->frame,
                           version());
    bytes.remove_prefix(found->frame->size);
  }
}

void ScriptedClient::send_packet(const protocol::Packet& packet) {
  const auto size = protocol::encoded_size(packet, version());
  if (!size) return context_.abort("a packet cannot be encoded: " + describe(size.error()));
  std::string bytes(*size, '\0');
  (void)protocol::encode(packet, version(), bytes);
  if (!stream_) return;
  if (const auto* publish = std::get_if<protocol::Publish>(&packet)) note_publish(*publish);
  observe_sent(bytes);
  // Without a second copy of what may be hundreds of megabytes.
  if (outgoing_.empty())
    outgoing_ = std::move(bytes);
  else
    outgoing_ += bytes;
  write();
}

void ScriptedClient::note_publish(const protocol::Publish& publish) {
  context_.note_sent(publish.topic, publish.properties);
  published_ += publish.qos != protocol::Qos::at_most_once;
}

void ScriptedClient::pause_reading(bool paused) {
  paused_ = paused;
  if (!stream_) return;
  if (session_) session_->reading_paused(paused, context_.loop().now());
  update_interest();
  if (!paused) on_readable();
}

void ScriptedClient::acknowledge(std::size_t messages) {
  if (!session_) return;
  session_->acknowledge(messages, context_.loop().now());
  after_session();
}

bool ScriptedClient::wait_for(std::size_t messages, Timeout timeout) {
  return context_.wait([&] { return messages_ >= messages || end_; }, timeout) &&
         messages_ >= messages;
}

void ScriptedClient::forget_received() {
  received_.clear();
  messages_ = kept_bytes_ = received_bytes_ = 0;
}

// The end.

void ScriptedClient::disconnect(ReasonCode reason, const protocol::PropertyList* properties) {
  if (!online()) return;
  const protocol::Properties given = properties ? properties->view() : protocol::Properties();
  say_disconnect({reason, given});
  wait_for_answer([this] { return !stream_; }, usual_timeout.time);
}

void ScriptedClient::leave() {
  if (online()) say_disconnect({});
}

void ScriptedClient::say_disconnect(const protocol::Disconnect& disconnect) {
  (void)session_->disconnect(disconnect, context_.loop().now());
  end_when_written_ = transport::Ending::graceful;
  pass_output();
}

void ScriptedClient::cut(transport::Ending ending) {
  cut_with_ = ending;
  finish(ConnectionEnd::Kind::here, "cut");
}

bool ScriptedClient::wait_for_end(Timeout timeout) {
  return context_.wait([this] { return !stream_; }, timeout);
}

// What the session tells.

void ScriptedClient::on_connected(const session::Connected& connected) {
  note_connack(connected.connack);
}

void ScriptedClient::on_refused(const protocol::ConnAck& connack) {
  note_connack(connack);
}

void ScriptedClient::note_connack(const protocol::ConnAck& connack) {
  connack_ = connack.reason(version());
  session_present_ = connack.session_present;
  connack_properties_.clear();
  for (const protocol::Property& property : connack.properties)
    (void)connack_properties_.add(property);
  context_.run().added->look_at(connack, asks_for_method(plan_));
  const auto assigned = connack.properties.text(protocol::PropertyId::assigned_client_identifier);
  if (assigned && plan_.client_identifier.empty()) plan_.client_identifier = *assigned;
  if (!is_failure(*connack_) && !context_.outlives_connection(plan_, version()))
    context_.run().leftovers->remove_client(plan_.client_identifier);
  context_.changed();
}

bool ScriptedClient::on_message(const protocol::Publish& message) {
  context_.changed();
  if (!is_expected(message.topic)) {
    if (!may_have_other_subscriptions()) context_.note_foreign(message.topic);
    return true;
  }
  ++messages_;
  if (counts_only_) return true;
  kept_bytes_ += bytes_kept(message);
  // Of several that are read at once nothing is kept beyond what all clients may keep.
  if (is_too_much()) return false;
  received_.push_back(copy_of(message, context_.loop().now()));
  context_.run().added->take_out(received_.back());
  return true;
}

/// Of the topics of its case a script judges itself what comes to a client that has subscribed.
bool ScriptedClient::is_expected(std::string_view topic) const {
  if (context_.concerns(topic)) return has_sent_bytes_ || context_.has_subscribed(identifier());
  return is_judged(filters_, topic) || context_.is_subscribed(identifier(), topic);
}

/// The session of an identifier that the user has given may have subscriptions of the user's.
bool ScriptedClient::may_have_other_subscriptions() const {
  const std::string& given = context_.run().plan.client_identifier;
  return has_sent_bytes_ || (!given.empty() && identifier() == given);
}

void ScriptedClient::on_published(const session::PublishOutcome& outcome) {
  if (outstanding_ != 0) --outstanding_;
  if (is_failure(outcome.reason)) ++refusals_;
  note_answer(outcome.token, outcome.reason, outcome.properties);
}

void ScriptedClient::on_subscribed(session::Token token, const protocol::SubAck& suback) {
  note_answer(token, suback.codes.empty() ? ReasonCode::success : suback.code(0),
              suback.properties);
}

void ScriptedClient::on_unsubscribed(session::Token token, const protocol::UnsubAck& unsuback) {
  note_answer(token, unsuback.codes.empty() ? ReasonCode::success : unsuback.code(0),
              unsuback.properties);
}

void ScriptedClient::note_answer(session::Token token, ReasonCode reason,
                                 protocol::Properties properties) {
  outcomes_[token] = reason;
  if (is_failure(reason)) said_ = reason_string_of(properties);
  context_.changed();
}

void ScriptedClient::on_disconnect(const protocol::Disconnect& disconnect) {
  disconnect_reason_ = disconnect.reason;
  disconnect_said_ = reason_string_of(disconnect.properties);
  context_.run().added->look_at(disconnect);
}

void ScriptedClient::on_ready() {
  ready_ = true;
  context_.changed();
}

}  // namespace mqtt_toolbox::check
