#include "support/rule_breaker/tolerance.hpp"

#include <algorithm>

#include "protocol/fixed_header.hpp"
#include "protocol/subscription_options.hpp"

namespace mqtt_toolbox::rule_breaker {
namespace {

using protocol::Fault;
using protocol::Frame;
using protocol::Packet;
using protocol::PacketType;
using protocol::Publish;
using protocol::Version;
using Decoded = tl::expected<Packet, Fault>;

std::size_t two_bytes(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + 2) return bytes.size();
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

Frame frame_over(const Frame& frame, std::string_view body) {
  return {frame.first, body, frame.size};
}

/// Decodes with a harmless topic in place of the one that came.
Decoded decode_any_topic(const Frame& frame, Version version, std::string& store) {
  const std::string_view topic = frame.body.substr(2, two_bytes(frame.body, 0));
  store = frame.body;
  std::fill_n(store.begin() + 2, topic.size(), 'x');
  Decoded packet = protocol::decode(frame_over(frame, store), version);
  if (packet) std::get<Publish>(*packet).topic = topic;
  return packet;
}

Decoded decode_identifier_zero(const Frame& frame, Version version, std::string& store) {
  const std::size_t at = 2 + two_bytes(frame.body, 0);
  store = frame.body;
  store.replace(at, 2, 2, '\xFF');
  Decoded packet = protocol::decode(frame_over(frame, store), version);
  if (packet) std::get<Publish>(*packet).packet_identifier = 0;
  return packet;
}

/// Behind the packet identifier and the properties, whose length is below 128 or the packet is
/// refused as it would have been.
Decoded decode_without_no_local(const Frame& frame, Version version, std::string& store) {
  store = frame.body;
  std::size_t at = 3 + static_cast<unsigned char>(store[2]);
  while (at < store.size()) {
    at += 2 + two_bytes(store, at);
    if (at < store.size()) store[at] &= static_cast<char>(~protocol::options_no_local);
    ++at;
  }
  return protocol::decode(frame_over(frame, store), version);
}

}  // namespace

std::string_view with_right_flags(std::string_view bytes, const Rules& rules, std::string& store) {
  if (bytes.empty() || !rules.breaks(Breach::reserved_flags_accepted)) return bytes;
  const auto type = static_cast<PacketType>(static_cast<unsigned char>(bytes[0]) >> 4);
  if (type == PacketType::publish) return bytes;
  store = bytes;
  store[0] = static_cast<char>(static_cast<unsigned>(type) << 4 | reserved_flags_of(type));
  return store;
}

Decoded decode(const Frame& frame, Version version, const Rules& rules, std::string& store) {
  Decoded packet = protocol::decode(frame, version);
  if (packet) return packet;
  const bool is_publish = frame.type() == PacketType::publish;
  switch (packet.error()) {
    case Fault::string_not_utf8:
      if (!is_publish || !rules.breaks(Breach::malformed_tolerated)) return packet;
      return decode_any_topic(frame, version, store);
    case Fault::topic_name_has_wildcard:
      if (!is_publish || !rules.breaks(Breach::wildcard_in_topic_accepted)) return packet;
      return decode_any_topic(frame, version, store);
    case Fault::packet_identifier_zero:
      if (!is_publish || !rules.breaks(Breach::packet_identifier_zero_accepted)) return packet;
      return decode_identifier_zero(frame, version, store);
    case Fault::no_local_on_shared_subscription:
      if (!rules.breaks(Breach::share_no_local_granted)) return packet;
      return decode_without_no_local(frame, version, store);
    default: return packet;
  }
}

}  // namespace mqtt_toolbox::rule_breaker
