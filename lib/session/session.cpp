#include "session/session.hpp"

#include <algorithm>
#include <utility>

#include "session/memory.hpp"
#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::ReasonCode;

Session::State::State(const Settings& settings_given, Handler& handler_given, Output& output_given,
                      Store* store_given)
    : settings(settings_given),
      handler(handler_given),
      output(output_given),
      durable(store_given),
      inflight(settings_given.inflight_bytes) {}

Session::State::~State() {
  output.watch(nullptr, 0);
}

void Session::State::advance(Time time, const SendProgress& progress) {
  now = time;
  if (phase != Phase::online) return;
  keep_alive.moved(progress.last_progress(), progress.is_unsent());
  answers.moved(progress.last_progress());
  if (keep_alive.pingresp_missing(now))
    return lose(ReasonCode::keep_alive_timeout, "the broker did not answer PINGREQ");
  if (has_too_many_answers() && now >= answers.deadline(settings.unread_timeout))
    return lose(ReasonCode::unspecified_error, "the broker sends, but does not read the answers");
  if (!keep_alive.pingreq_due(now)) return;
  release_idle_memory();
  keep_alive.pingreq_sent(now);
  send_pingreq();
}

/// No DISCONNECT: a server that does not answer does not read either.
void Session::State::lose(ReasonCode reason, std::string_view text) {
  phase = Phase::closing;
  failure = Failure{reason, std::nullopt, text};
}

std::uint64_t Session::State::send_pingreq() {
  static_cast<void>(send(protocol::PingReq{}));
  return ++pings_sent;
}

Result<std::uint64_t> Session::State::ping(Time time) {
  now = time;
  if (phase != Phase::online) return fail(ExitCode::lost, "PINGREQ needs a connection");
  return send_pingreq();
}

void Session::State::on_pingresp() {
  keep_alive.pingresp_received();
  if (pings_answered < pings_sent) handler.on_pingresp(++pings_answered);
}

void Session::State::release_idle_memory() {
  if (output.empty()) output.clear();
  if (partial.empty()) give_back(partial);
  inflight.release_memory();
  received.release_memory();
  deliveries.release_memory();
}

void Session::State::fail_connection(const Violation& violation) {
  failure = Failure{violation.reason, std::nullopt, violation.text};
  failure->statement = violation.server.in(version);
  tell_server(violation.reason);
}

void Session::State::fail_connection(protocol::Fault fault) {
  const protocol::FaultMeaning meaning = protocol::meaning(fault);
  failure = Failure{meaning.reason, fault, meaning.text};
  tell_server(failure->reason);
}

/// Why the connection ends.
void Session::State::tell_server(ReasonCode reason) {
  const bool is_told = phase == Phase::online && version == protocol::Version::v5;
  phase = Phase::closing;
  if (is_told) static_cast<void>(send(protocol::Disconnect{reason, {}}));
}

Session::Session(const Settings& settings, Handler& handler, Output& output, Store* store)
    : state_(std::make_unique<State>(settings, handler, output, store)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Status Session::restore() {
  return state_->restore();
}

Status Session::transport_opened(protocol::Version version, const Identity& identity, Time now) {
  return state_->open(version, identity, now);
}

void Session::receive(Bytes bytes, Time now) {
  state_->receive(bytes, now);
}

bool Session::may_receive() {
  return !state_->has_too_many_answers();
}

void Session::transport_closed() {
  state_->close();
}

void Session::advance(Time now, const SendProgress& progress) {
  state_->advance(now, progress);
}

void Session::advance(Time now) {
  State& state = *state_;
  state.output_progress.look(state.output.written(), state.output.pending(), now);
  state.advance(now, state.output_progress);
}

Time Session::deadline() const {
  if (state_->phase != Phase::online) return never;
  return std::min(state_->keep_alive.deadline(),
                  state_->answers.deadline(state_->settings.unread_timeout));
}

void Session::reading_paused(bool paused, Time now) {
  state_->keep_alive.pause(paused, now);
}

Result<Submission> Session::publish(const protocol::Publish& message, Token token, Payload payload,
                                    Time now) {
  return state_->publish(message, token, payload, now);
}

Result<Submission> Session::subscribe(const protocol::Subscribe& subscribe, Token token, Time now) {
  return state_->subscribe(subscribe, token, now);
}

Result<Submission> Session::unsubscribe(const protocol::Unsubscribe& unsubscribe, Token token,
                                        Time now) {
  return state_->unsubscribe(unsubscribe, token, now);
}

void Session::acknowledge(std::size_t messages, Time now) {
  state_->acknowledge(messages, now);
}

Result<std::uint64_t> Session::ping(Time now) {
  return state_->ping(now);
}

std::size_t Session::unacknowledged() const {
  return state_->deliveries.size();
}

Status Session::authenticate(const protocol::Auth& auth, Time now) {
  return state_->authenticate(auth, now);
}

Status Session::disconnect(const protocol::Disconnect& disconnect, Time now) {
  return state_->disconnect(disconnect, now);
}

Phase Session::phase() const {
  return state_->phase;
}
protocol::Version Session::version() const {
  return state_->version;
}
const ServerLimits& Session::limits() const {
  return state_->limits;
}
const std::optional<Failure>& Session::failure() const {
  return state_->failure;
}
std::size_t Session::inflight() const {
  return state_->inflight.size();
}
std::optional<Pending> Session::oldest_pending() const {
  return state_->oldest_pending();
}
void Session::limit_window(std::uint32_t messages, Time now) {
  state_->limit_window(messages, now);
}
bool Session::withdraw(Token token) {
  return state_->withdraw(token);
}
std::vector<Token> Session::withdraw_oversized_subscribes() {
  return state_->withdraw_oversized_subscribes();
}
void Session::reset() {
  state_->reset();
}

}  // namespace mqtt_toolbox::session
