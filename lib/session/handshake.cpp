#include <algorithm>
#include <utility>

#include "session/limits.hpp"
#include "session/memory.hpp"
#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::Connect;
using protocol::PropertyId;
using protocol::ReasonCode;
using protocol::Version;

namespace {

constexpr std::uint32_t window_of_version_5 = 1000;
/// Mosquitto 2.0 loses QoS 2 messages of 3.1.1 clients beyond its max_inflight_messages of 20.
constexpr std::uint32_t window_before_5 = 20;

Connect make_connect(const Settings& settings, const Identity& identity, Version version) {
  Connect connect;
  connect.version = version;
  connect.keep_alive = settings.keep_alive;
  connect.client_identifier = identity.client_identifier;
  connect.username = identity.username;
  connect.password = identity.password;
  connect.properties = settings.connect_properties.view();
  if (settings.will) {
    const WillSettings& will = *settings.will;
    connect.will =
        protocol::Will{will.topic, will.payload, will.qos, will.retain, will.properties.view()};
  }
  return connect;
}

std::uint32_t window_size(const Settings& settings, const ServerLimits& limits, Version version) {
  const std::uint32_t usual = version == Version::v5 ? window_of_version_5 : window_before_5;
  const std::uint32_t wanted = settings.inflight_messages.value_or(usual);
  return std::clamp<std::uint32_t>(wanted, 1, limits.receive_maximum);
}

}  // namespace

Status Session::State::open(Version wanted, const Identity& identity, Time time) {
  close();
  if (inflight.size() != 0 && wanted != version)
    return fail(ExitCode::usage,
                "the protocol version cannot change while messages are unacknowledged");
  now = time;
  version = wanted;
  failure.reset();
  pings_sent = pings_answered = 0;
  limits = ServerLimits();
  clean_start = forgotten || (was_online ? !settings.resume : settings.clean_start);
  announce_limits();
  Connect connect = make_connect(settings, identity, version);
  connect.clean_start = clean_start;
  phase = Phase::connecting;
  if (const auto sent = send(connect); !sent) {
    phase = Phase::offline;
    return fail(ExitCode::usage, protocol::describe(sent.error()));
  }
  return {};
}

/// What CONNECT tells the server about this side, which is then held to it.
void Session::State::announce_limits() {
  const protocol::Properties announced =
      version == Version::v5 ? settings.connect_properties.view() : protocol::Properties();
  receive_maximum = static_cast<std::uint16_t>(
      announced.number(PropertyId::receive_maximum).value_or(receive_maximum_by_default));
  topic_alias_maximum =
      static_cast<std::uint16_t>(announced.number(PropertyId::topic_alias_maximum).value_or(0));
  maximum_packet_size = std::min(
      settings.largest_packet,
      announced.number(PropertyId::maximum_packet_size).value_or(protocol::maximum_packet_bytes));
}

void Session::State::close() {
  ++connection;
  phase = Phase::offline;
  keep_alive.stop();
  answers.start();
  output.watch(nullptr, 0);
  output.clear();
  give_back(partial);
  incoming_aliases.clear();
  outgoing_aliases.reset();
  received.new_connection();
  deliveries.new_connection();
  received_unacknowledged = 0;
  delivery_stopped = false;
}

void Session::State::reset() {
  inflight.clear();
  resend_next = resend_end = inflight.end();
  window_used = 0;
  received.clear();
  deliveries.clear();
  received_unacknowledged = 0;
  forgotten = true;
}

void Session::State::on_connack(const protocol::ConnAck& connack) {
  if (connack.code != 0) {
    phase = Phase::closing;
    return handler.on_refused(connack);
  }
  if (connack.older_form) return fail_connection(violations::connack_of_older_version);
  if (connack.session_present && clean_start) return fail_connection(violations::session_kept);
  // 3.1 has no Session Present: a session not cleaned counts as kept.
  session_present = connack.session_present || (version == Version::v31 && !clean_start);
  go_online(connack);
}

void Session::State::go_online(const protocol::ConnAck& connack) {
  const auto on_connection = connection;
  limits = server_limits(connack.properties);
  window = std::min(window_size(settings, limits, version), window_limit);
  was_online = true;
  forgotten = false;
  if (!session_present) received.clear();
  start_resending();
  keep_alive.start(limits.keep_alive.value_or(settings.keep_alive), settings.ping_response_timeout,
                   now);
  if (output.empty()) output.clear();
  phase = Phase::online;
  handler.on_connected({connack, limits});
  if (is_online_still(on_connection)) continue_resending();
}

void Session::State::limit_window(std::uint32_t messages, Time time) {
  now = time;
  window_limit = messages;
  if (phase != Phase::online) return;
  window = std::min(window_size(settings, limits, version), window_limit);
  continue_resending();
  notify_ready();
}

/// As `send`, within the limits of the server.
Status Session::State::send_within_limits(const protocol::Packet& packet) {
  const auto size = protocol::encoded_size(packet, version);
  if (!size) return fail(ExitCode::usage, protocol::describe(size.error()));
  if (auto status = check_packet_size(limits, *size); !status) return status;
  if (const auto sent = send(packet); !sent)
    return fail(ExitCode::usage, protocol::describe(sent.error()));
  return {};
}

Status Session::State::authenticate(const protocol::Auth& auth, Time time) {
  now = time;
  if (!is_listening()) return fail(ExitCode::lost, "there is no connection to send AUTH on");
  auto status = send_within_limits(auth);
  if (status) note_answer(protocol::encoded_size(auth, version).value_or(0));
  return status;
}

Status Session::State::disconnect(const protocol::Disconnect& disconnect, Time time) {
  now = time;
  if (phase == Phase::closing) return {};
  if (phase == Phase::offline) return fail(ExitCode::lost, "there is no connection to end");
  const auto before = std::exchange(phase, Phase::closing);
  auto status = send_within_limits(disconnect);
  if (!status) phase = before;
  return status;
}

}  // namespace mqtt_toolbox::session
