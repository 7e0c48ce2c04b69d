#include <fmt/format.h>

#include "protocol/reader.hpp"
#include "session/state.hpp"

namespace mqtt_toolbox::session {

using protocol::PacketType;

namespace {

/// The fixed header of a packet whose payload may stand elsewhere, so that it is no whole frame.
struct Header {
  std::uint8_t first = 0;
  std::size_t size = 0;  ///< bytes, whole packet
  Bytes rest;            ///< what follows the Remaining Length here
};

Header read_header(Bytes packet) {
  const auto length =
      protocol::read_variable_integer(packet.substr(1)).value_or(protocol::VariableInteger());
  const std::size_t header = 1 + length.size;
  return {static_cast<std::uint8_t>(packet[0]), header + length.value, packet.substr(header)};
}

/// The topic of a PUBLISH, as far as it is there.
Bytes topic_in(Bytes body) {
  protocol::Reader reader(body);
  return reader.binary();
}

void add_filters(Pending& pending, Bytes packet, protocol::Version version) {
  const auto cut = protocol::next_frame(packet);
  const auto decoded = protocol::decode(*cut->frame, version);
  if (!decoded) return;
  Bytes rest;
  const auto add = [&](Bytes filter) {
    if (pending.filters++ == 0) pending.subject = filter;
  };
  if (const auto* subscribe = std::get_if<protocol::Subscribe>(&*decoded)) {
    rest = subscribe->entries;
    while (const auto subscription = protocol::next_subscription(rest)) add(subscription->filter);
  } else if (const auto* unsubscribe = std::get_if<protocol::Unsubscribe>(&*decoded)) {
    rest = unsubscribe->entries;
    while (const auto filter = protocol::next_filter(rest)) add(*filter);
  }
}

}  // namespace

std::optional<Pending> Session::State::oldest_pending() {
  // A PUBREL went out after the PUBLISH of later messages that have no PUBREC yet.
  auto sequence = inflight.begin();
  bool has_release = false;
  for (; sequence != inflight.end(); ++sequence) {
    const Awaiting awaiting = inflight.at(sequence).awaiting;
    if (awaiting != Awaiting::nothing && awaiting != Awaiting::pubcomp) break;
    has_release = has_release || awaiting == Awaiting::pubcomp;
  }
  Pending pending;
  if (sequence == inflight.end()) {
    pending.packet = PacketType::pubrel;
    return has_release ? std::optional(pending) : std::nullopt;
  }
  const InflightEntry& entry = inflight.at(sequence);
  const Bytes packet(inflight.packet(entry), entry.size);
  const Header header = read_header(packet);
  pending.packet = static_cast<PacketType>(header.first >> 4);
  pending.size = header.size;
  if (!entry.is_publish()) {
    add_filters(pending, packet, version);
    return pending;
  }
  pending.subject = topic_in(header.rest);
  pending.qos = entry.qos;
  pending.retain = (header.first & 0x01) != 0;  // MQTT 5.0 section 3.3.1.3
  return pending;
}

void Session::State::name_refused(const protocol::Frame& frame) {
  // The body is a view into the packet.
  name_refused(Bytes(frame.body.data() - (frame.size - frame.body.size()), frame.size));
}

/// The packet, or what has come of it.
void Session::State::name_refused(Bytes packet) {
  constexpr std::size_t kept = 256;
  const auto type = static_cast<PacketType>(static_cast<std::uint8_t>(packet[0]) >> 4);
  failure->packet = type;
  failure->start = packet.substr(0, kept);
  if (type == PacketType::publish) failure->topic = topic_in(read_header(packet).rest);
  if (failure->fault)
    failure->statement = protocol::server_statement(*failure->fault, type).in(version);
}

Oversize Session::State::oversize(std::size_t size) const {
  return {size, maximum_packet_size, maximum_packet_size < settings.largest_packet};
}

std::string describe(const Failure& failure) {
  if (!failure.oversize) return std::string(failure.text);
  const auto& [size, limit, is_announced] = *failure.oversize;
  const std::string_view option = is_announced ? "--maximum-packet-size" : "--max-message-size";
  const auto packet = failure.packet.value_or(PacketType::publish);
  return fmt::format(
      "the broker sent a {} of {} bytes, and at most {} are taken; give {} {} or more",
      name(packet), size, limit, option, size);
}

}  // namespace mqtt_toolbox::session
