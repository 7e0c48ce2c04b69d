#include "support/rule_breaker/client.hpp"

#include <utility>

#include "support/rule_breaker/broker.hpp"
#include "support/rule_breaker/tolerance.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

using protocol::Fault;
using protocol::PropertyId;
using protocol::ReasonCode;

/// More than a step of a case waits for an answer at first.
constexpr Duration lateness_of_answers = std::chrono::milliseconds(5'500);

constexpr Duration longest_wait_for_connect = std::chrono::seconds(10);

Ending ending_of(ReasonCode reason) {
  if (is_failure(reason)) return Ending::disconnect_with_error;
  return reason == ReasonCode::success ? Ending::disconnect : Ending::disconnect_with_will;
}

}  // namespace

Client::Client(Broker& broker, FileDescriptor socket)
    : broker_(broker),
      connection_(broker.loop(), std::move(socket), *this),
      late_(broker.loop(), connection_),
      silence_(broker.loop(), [this] { on_silence(); }) {
  if (!rules().breaks(Breach::connect_awaited_for_ever))
    silence_.arm(broker.loop().now() + longest_wait_for_connect);
  broker.faults().add(connection_);
}

Client::~Client() {
  broker_.faults().remove(connection_);
}

const Rules& Client::rules() const {
  return broker_.rules();
}

std::size_t Client::on_bytes(std::string_view bytes) {
  watch_silence();
  std::size_t taken = 0;
  while (taken < bytes.size() && !connection_.is_closing()) {
    const std::size_t size = take_one(bytes.substr(taken));
    if (size == 0) break;
    taken += size;
  }
  return taken;
}

std::uint32_t Client::largest_packet() const {
  const std::uint32_t announced = broker_.maximum_packet_size();
  if (rules().breaks(Breach::maximum_packet_size_lied)) return announced / 2;
  return rules().breaks(Breach::maximum_packet_size_not_enforced) ? announced * 2 : announced;
}

std::size_t Client::take_one(std::string_view bytes) {
  std::string first_store, store;
  bytes = with_right_flags(bytes, rules(), first_store);
  const auto found = protocol::next_frame(bytes, largest_packet());
  if (!found) return throw_out(found.error()), 0;
  if (!found->frame) return 0;
  const auto packet = decode(*found->frame, version_, rules(), store);
  if (!packet) return throw_out(packet.error()), 0;
  const auto* connect = std::get_if<protocol::Connect>(&*packet);
  if (connect != nullptr && state_ == State::new_) version_ = connect->version;
  if (broker_.faults().admits_packet(connection_, version_)) take(*packet);
  return found->frame->size;
}

void Client::take(const protocol::Packet& packet) {
  const auto type = protocol::type_of(packet);
  if (state_ == State::orphaned && type != protocol::PacketType::pingreq) return;
  if (state_ == State::new_ && type != protocol::PacketType::connect) return connection_.close();
  std::visit([this](const auto& value) { on(value); }, packet);
}

template <typename Other>
void Client::on(const Other&) {
  throw_out(ReasonCode::protocol_error, "a client does not send this packet");
}

void Client::on(const protocol::PingReq&) {
  if (!rules().breaks(Breach::ping_unanswered)) send(protocol::PingResp{});
}

void Client::on(const protocol::Disconnect& disconnect) {
  const auto expiry = disconnect.properties.number(PropertyId::session_expiry_interval);
  const bool is_raised = expiry.value_or(0) != 0 && connect_expiry_ == 0;
  if (is_raised && !rules().breaks(Breach::session_expiry_raised_by_disconnect))
    return throw_out(ReasonCode::protocol_error, "the session was to end with the connection");
  if (expiry && !rules().breaks(Breach::session_expiry_of_disconnect_ignored))
    session_->expiry_seconds = *expiry;
  if (connect_expiry_ == 0 && rules().breaks(Breach::session_kept_without_expiry))
    session_->expiry_seconds = Session::no_expiry;
  end(ending_of(disconnect.reason));
}

void Client::take_over() {
  const bool leaves = rules().breaks(Breach::take_over_leaves_the_old);
  const bool is_silent = rules().breaks(Breach::take_over_without_disconnect_8e);
  if (!leaves && !is_silent)
    say_goodbye(ReasonCode::session_taken_over, "another connection has the client identifier");
  Session& session = *std::exchange(session_, nullptr);
  state_ = State::orphaned;
  if (!leaves) end(Ending::take_over);
  broker_.connection_ended(session, Ending::take_over);
}

void Client::on_silence() {
  if (state_ == State::connected)
    say_goodbye(ReasonCode::keep_alive_timeout, "nothing came for one and a half keep-alives");
  end(Ending::silence);
}

void Client::on_lost(bool is_reset) {
  end(is_reset ? Ending::reset : Ending::fin);
}

void Client::on_over() {
  // A fault closes a connection past its client, whose session must not keep it.
  if (session_ != nullptr) end(Ending::fin);
  broker_.forget(*this);
}

void Client::send(const protocol::Packet& packet) {
  connection_.send(encoded(packet, version_));
}

void Client::send_answer(const protocol::Packet& packet) {
  if (!rules().breaks(Breach::acknowledged_late)) return send(packet);
  late_.send(encoded(packet, version_), lateness_of_answers);
}

void Client::say_goodbye(ReasonCode reason, std::string_view text) {
  if (!is_v5()) return;
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  (void)properties.add(PropertyId::reason_string, text);
  if (rules().breaks(Breach::disconnect_with_session_expiry))
    (void)properties.add(PropertyId::session_expiry_interval, 60);
  const std::string bytes = encoded(protocol::Disconnect{reason, properties.view()}, version_);
  if (bytes.size() <= maximum_packet_size_) return connection_.send(bytes);
  send(protocol::Disconnect{reason, {}});
}

void Client::throw_out(ReasonCode reason, std::string_view text) {
  say_goodbye(reason, text);
  end(Ending::protocol_error);
}

void Client::throw_out(Fault fault) {
  if (state_ == State::new_) {
    const bool is_unknown =
        fault == Fault::protocol_version_unknown || fault == Fault::protocol_name_unknown;
    if (is_unknown) refuse(ReasonCode::unsupported_protocol_version);
    return connection_.close();
  }
  if (fault == Fault::topic_name_has_wildcard) broker_.met_wildcard_in_topic();
  throw_out(protocol::meaning(fault).reason, protocol::describe(fault));
}

void Client::end(Ending ending) {
  silence_.disarm();
  state_ = State::over;
  connection_.close();
  if (Session* session = std::exchange(session_, nullptr))
    broker_.connection_ended(*session, ending);
}

}  // namespace mqtt_toolbox::rule_breaker
