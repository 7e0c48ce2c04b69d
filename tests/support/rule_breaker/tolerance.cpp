#include "support/rule_breaker/tolerance.hpp"

#include <algorithm>
#include <array>

#include "protocol/connect.hpp"
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

/// SUBSCRIBE without these bits of its options. They are behind the packet identifier and the
/// properties, whose length is below 128 or the packet is refused as it would have been.
Decoded decode_without_options(const Frame& frame, Version version, std::string& store,
                               std::uint8_t options) {
  store = frame.body;
  std::size_t at = version == Version::v5 ? 3 + static_cast<unsigned char>(store[2]) : 2;
  while (at < store.size()) {
    at += 2 + two_bytes(store, at);
    if (at < store.size()) store[at] &= static_cast<char>(~options);
    ++at;
  }
  return protocol::decode(frame_over(frame, store), version);
}

/// Which options of a subscription are overlooked.
struct LenientOptions {
  Fault fault;
  Breach breach;
  std::uint8_t options;
};
constexpr std::array lenient_options{
    LenientOptions{Fault::no_local_on_shared_subscription, Breach::share_no_local_granted,
                   protocol::options_no_local},
    LenientOptions{Fault::subscription_options_reserved_bits,
                   Breach::subscription_reserved_bits_accepted, protocol::options_reserved},
    LenientOptions{Fault::retain_handling_3, Breach::retain_handling_3_accepted,
                   protocol::options_retain_handling},
};

/// CONNECT without a Will QoS and Will Retain. The flags are behind the name and the version.
Decoded decode_without_will_flags(const Frame& frame, Version version, std::string& store) {
  store = frame.body;
  const std::size_t flags = 2 + two_bytes(store, 0) + 1;
  if (flags < store.size())
    store[flags] &=
        static_cast<char>(~(protocol::connect_will_qos | protocol::connect_will_retain));
  return protocol::decode(frame_over(frame, store), version);
}

/// CONNECT with a 1 in place of the 0 of a property.
Decoded decode_with_one(const Frame& frame, Version version, std::string& store,
                        std::string_view property) {
  store = frame.body;
  const std::size_t at = store.find(property);
  if (at != std::string::npos) store[at + property.size() - 1] = '\1';
  return protocol::decode(frame_over(frame, store), version);
}

bool lets_flags_pass(PacketType type, const Rules& rules) {
  switch (type) {
    case PacketType::pubrel: return rules.breaks(Breach::pubrel_flags_accepted);
    case PacketType::unsubscribe: return rules.breaks(Breach::unsubscribe_flags_accepted);
    case PacketType::disconnect: return rules.breaks(Breach::disconnect_flags_accepted);
    case PacketType::subscribe: return rules.breaks(Breach::reserved_flags_accepted);
    default: return false;
  }
}

}  // namespace

std::string_view with_right_flags(std::string_view bytes, const Rules& rules, std::string& store) {
  if (bytes.empty()) return bytes;
  const auto type = static_cast<PacketType>(static_cast<unsigned char>(bytes[0]) >> 4);
  if (!lets_flags_pass(type, rules)) return bytes;
  store = bytes;
  store[0] = static_cast<char>(static_cast<unsigned>(type) << 4 | reserved_flags_of(type));
  return store;
}

Decoded decode(const Frame& frame, Version version, const Rules& rules, std::string& store) {
  Decoded packet = protocol::decode(frame, version);
  if (packet) return packet;
  for (const LenientOptions& row : lenient_options)
    if (row.fault == packet.error() && rules.breaks(row.breach))
      return decode_without_options(frame, version, store, row.options);
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
    case Fault::connect_will_flags_without_will:
      if (!rules.breaks(Breach::will_flags_without_will_accepted)) return packet;
      return decode_without_will_flags(frame, version, store);
    case Fault::property_value_out_of_range:
      if (rules.breaks(Breach::receive_maximum_zero_accepted))
        return decode_with_one(frame, version, store, {"\x21\0\0", 3});
      if (rules.breaks(Breach::maximum_packet_size_zero_accepted))
        return decode_with_one(frame, version, store, {"\x27\0\0\0\0", 5});
      return packet;
    default: return packet;
  }
}

}  // namespace mqtt_toolbox::rule_breaker
