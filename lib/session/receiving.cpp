#include <algorithm>
#include <utility>
#include <variant>

#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::Frame;
using protocol::PacketType;
using protocol::ReasonCode;

namespace {
/// More than this is given back as soon as the packet is complete.
constexpr std::size_t kept_capacity = 64u << 10;

/// Packets that may come before CONNACK; in 5.0 properties make them large.
constexpr std::uint32_t largest_connack = (1u << 20) + 4;
constexpr std::uint32_t largest_connack_before_5 = 4;

/// Room grows with what has come, whatever the fixed header promises, and not beyond the packet.
void make_room(std::string& packet, std::size_t bytes, std::size_t packet_size) {
  const std::size_t wanted = packet.size() + bytes;
  if (wanted <= packet.capacity()) return;
  packet.reserve(std::clamp(2 * packet.capacity(), wanted, std::max(packet_size, wanted)));
}
}  // namespace

void Session::State::receive(Bytes bytes, Time time) {
  now = time;
  if (!is_listening()) return;
  const auto on_connection = connection;
  const auto goes_on = [&] { return is_listening() && connection == on_connection; };
  keep_alive.received(now);
  if (!partial.empty()) bytes = complete_partial(bytes);
  while (goes_on() && !bytes.empty()) {
    if (!may_begin(bytes)) return;
    const auto next = protocol::next_frame(bytes, packet_limit());
    if (!next) return refuse(next.error(), bytes);
    if (!next->frame) {
      partial.assign(bytes);
      break;
    }
    bytes.remove_prefix(next->frame->size);
    on_frame(*next->frame);
  }
  if (!goes_on()) return;
  continue_resending();
  notify_ready();
}

/// Adds to the incomplete packet only what belongs to it, and handles it when complete. Returns the
/// rest.
Bytes Session::State::complete_partial(Bytes bytes) {
  const auto on_connection = connection;
  // Held here, because an event may close the connection and clear `partial`.
  std::string packet = std::exchange(partial, {});
  for (;;) {
    if (!may_begin(packet)) return {};
    const auto next = protocol::next_frame(packet, packet_limit());
    if (!next) {
      refuse(next.error(), packet);
      return {};
    }
    if (next->frame) {
      on_frame(*next->frame);
      break;
    }
    if (bytes.empty()) {
      partial = std::move(packet);
      return {};
    }
    // Its length is known from its first two to five bytes.
    const std::size_t missing = next->needed == 0 ? 1 : next->needed - packet.size();
    const std::size_t taken = std::min(missing, bytes.size());
    make_room(packet, taken, next->needed);
    packet.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  packet.clear();
  if (connection == on_connection && packet.capacity() <= kept_capacity)
    partial = std::move(packet);
  return bytes;
}

/// CONNACK, and AUTH where CONNECT asked for it (MQTT 5.0 sections 3.2, 3.15 and 4.12).
bool Session::State::may_come_before_connack(Bytes packet) {
  const auto type = static_cast<PacketType>(static_cast<std::uint8_t>(packet[0]) >> 4);
  if (type == PacketType::connack) return true;
  if (type != PacketType::auth) {
    fail_connection(violations::packet_before_connack);
  } else if (version != protocol::Version::v5) {
    fail_connection(protocol::Fault::packet_not_in_this_version);
  } else if (!authentication_method()) {
    fail_connection(violations::unasked_auth);
  }
  if (failure) name_refused(packet);
  return !failure;
}

std::uint32_t Session::State::connack_limit() const {
  const bool is_v5 = version == protocol::Version::v5;
  return std::min(maximum_packet_size, is_v5 ? largest_connack : largest_connack_before_5);
}

/// What the fixed header alone has shown to be wrong.
void Session::State::refuse(protocol::Fault fault, Bytes bytes) {
  if (fault != protocol::Fault::packet_too_large) {
    fail_connection(fault);
    return name_refused(bytes);
  }
  const std::size_t size = protocol::next_frame(bytes)->needed;
  if (size > maximum_packet_size) {
    fail_connection(fault);
    failure->oversize = oversize(size);
  } else if (version == protocol::Version::v5) {
    fail_connection(violations::connack_too_large);
  } else {
    fail_connection(protocol::Fault::packet_has_trailing_bytes);
  }
  name_refused(bytes);
}

void Session::State::on_frame(const Frame& frame) {
  if (settings.observe_packets) handler.on_packet(Direction::received, frame, version);
  if (phase == Phase::online) {
    on_frame_online(frame);
  } else if (phase == Phase::connecting) {
    on_frame_before_connack(frame);
  }
  if (failure && !failure->packet) name_refused(frame);
}

void Session::State::on_frame_before_connack(const Frame& frame) {
  const auto packet = protocol::decode(frame, version);
  if (!packet) return fail_connection(packet.error());
  if (const auto* connack = std::get_if<protocol::ConnAck>(&*packet)) return on_connack(*connack);
  on_auth(std::get<protocol::Auth>(*packet));
}

void Session::State::on_frame_online(const Frame& frame) {
  if (frame.type() == PacketType::publish) return on_publish(frame);
  if (!on_plain_acknowledgement(frame)) on_other_frame(frame);
}

/// What does not come with each message.
void Session::State::on_other_frame(const Frame& frame) {
  switch (frame.type()) {
    case PacketType::connect:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::pingreq: return fail_connection(violations::packet_of_client);
    case PacketType::connack: return fail_connection(violations::second_connack);
    default: break;
  }
  const auto packet = protocol::decode(frame, version);
  if (!packet) return fail_connection(packet.error());
  on_decoded(*packet);
}

/// PUBACK and its like without reason code, which is nearly all of them, without building a Packet.
bool Session::State::on_plain_acknowledgement(const Frame& frame) {
  if (frame.body.size() != 2) return false;
  const auto high = static_cast<std::uint8_t>(frame.body[0]);
  const auto low = static_cast<std::uint8_t>(frame.body[1]);
  const auto id = static_cast<protocol::PacketIdentifier>(high << 8 | low);
  if (id == 0) return false;
  switch (frame.type()) {
    case PacketType::puback: on_puback({id, ReasonCode::success, {}}); return true;
    case PacketType::pubrec: on_pubrec({id, ReasonCode::success, {}}); return true;
    case PacketType::pubcomp: on_pubcomp({id, ReasonCode::success, {}}); return true;
    default: return false;
  }
}

void Session::State::on_decoded(const protocol::Packet& packet) {
  switch (protocol::type_of(packet)) {
    case PacketType::puback: return on_puback(std::get<protocol::PubAck>(packet));
    case PacketType::pubrec: return on_pubrec(std::get<protocol::PubRec>(packet));
    case PacketType::pubrel: return on_pubrel(std::get<protocol::PubRel>(packet));
    case PacketType::pubcomp: return on_pubcomp(std::get<protocol::PubComp>(packet));
    case PacketType::suback: return on_suback(std::get<protocol::SubAck>(packet));
    case PacketType::unsuback: return on_unsuback(std::get<protocol::UnsubAck>(packet));
    case PacketType::pingresp: return on_pingresp();
    case PacketType::disconnect: return on_disconnect(std::get<protocol::Disconnect>(packet));
    case PacketType::auth: return on_auth(std::get<protocol::Auth>(packet));
    default: return;
  }
}

std::optional<Bytes> Session::State::authentication_method() const {
  return settings.connect_properties.view().text(protocol::PropertyId::authentication_method);
}

/// MQTT 5.0 section 3.15: a protocol error unless CONNECT named the same authentication method.
void Session::State::on_auth(const protocol::Auth& auth) {
  const auto asked = authentication_method();
  const auto method = auth.properties.text(protocol::PropertyId::authentication_method);
  if (!asked) return fail_connection(violations::unasked_auth);
  if (method.value_or(*asked) != *asked) return fail_connection(violations::auth_of_other_method);
  handler.on_auth(auth);
}

void Session::State::on_disconnect(const protocol::Disconnect& disconnect) {
  if (version != protocol::Version::v5)
    return fail_connection(protocol::Fault::packet_not_in_this_version);
  phase = Phase::closing;
  handler.on_disconnect(disconnect);
}

}  // namespace mqtt_toolbox::session
