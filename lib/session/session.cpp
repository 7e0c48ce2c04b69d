#include "session/session.hpp"

#include <utility>

#include "session/faults.hpp"
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

void Session::State::advance(Time time) {
  now = time;
  if (phase != Phase::online) return;
  note_progress();
  if (keep_alive.pingresp_missing(now)) {
    // No DISCONNECT: a server that does not answer does not read either.
    phase = Phase::closing;
    failure =
        Failure{ReasonCode::keep_alive_timeout, std::nullopt, "the broker did not answer PINGREQ"};
    return;
  }
  if (!keep_alive.pingreq_due(now)) return;
  release_idle_memory();
  keep_alive.pingreq_sent(now);
  static_cast<void>(send(protocol::PingReq{}));
}

/// A packet that takes minutes to write is a sign of life, and no PINGRESP can come meanwhile.
void Session::State::note_progress() {
  const bool is_writing = !output.empty() && output.written() != written_seen;
  written_seen = output.written();
  if (!is_writing) return;
  keep_alive.sent(now);
  keep_alive.received(now);
}

void Session::State::release_idle_memory() {
  if (output.empty()) output.clear();
  if (partial.empty()) give_back(partial);
  inflight.release_memory();
  received.release_memory();
  deliveries.release_memory();
}

void Session::State::fail_connection(ReasonCode reason, std::string_view text,
                                     std::optional<protocol::Fault> fault) {
  const bool is_told = phase == Phase::online && version == protocol::Version::v5;
  phase = Phase::closing;
  failure = Failure{reason, fault, text};
  if (is_told) static_cast<void>(send(protocol::Disconnect{reason, {}}));
}

void Session::State::fail_connection(protocol::Fault fault) {
  fail_connection(reason_for(fault), protocol::meaning(fault).text, fault);
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

void Session::transport_closed() {
  state_->close();
}

void Session::advance(Time now) {
  state_->advance(now);
}

Time Session::deadline() const {
  return state_->phase == Phase::online ? state_->keep_alive.deadline() : never;
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
void Session::reset() {
  state_->reset();
}

}  // namespace mqtt_toolbox::session
