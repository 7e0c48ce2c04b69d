#include "unit/protocol/random_packets.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace mqtt_toolbox::protocol {

Bytes RandomPackets::string(std::size_t least) {
  static const std::vector<std::string> pieces{
      "a", "sensor", "Z", " ", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "0", "\n", "$", "."};
  std::string text;
  for (auto n = least + below(6); n > 0; --n) text += pieces[below(pieces.size())];
  return keep(std::move(text));
}

Bytes RandomPackets::topic() {
  std::string text(string(1));
  for (auto n = below(4); n > 0; --n) text.append("/").append(string());
  return keep(std::move(text));
}

Bytes RandomPackets::filter(Version version) {
  std::string text;
  if (version == Version::v5 && chance(4)) text.append("$share/").append(string(1)).append("/");
  text += chance(3) ? "+" : std::string(topic());
  if (chance(3)) text += "/+";
  if (chance(3)) text += "/#";
  return keep(std::move(text));
}

Bytes RandomPackets::bytes() {
  std::string text(chance(20) ? below(20'000) : below(40), '\0');
  for (char& c : text) c = static_cast<char>(random_());
  return keep(std::move(text));
}

std::uint32_t RandomPackets::number(std::uint32_t low, std::uint32_t high) {
  if (chance(4)) return low;
  if (chance(4)) return high;
  return static_cast<std::uint32_t>(low + below(std::uint64_t{high} - low + 1));
}

void RandomPackets::add_property(PropertyList& list, const PropertyRow& row) {
  const auto added = [&] {
    switch (row.kind) {
      case PropertyKind::utf8_string_pair: return list.add_user_property(string(), string());
      case PropertyKind::binary_data: return list.add(row.id, bytes());
      case PropertyKind::utf8_string:
        return list.add(row.id, row.id == PropertyId::response_topic ? topic() : string());
      default: return list.add(row.id, number(row.low, row.high));
    }
  }();
  REQUIRE(added);
}

Properties RandomPackets::properties(PropertyPlace place, Version version) {
  if (version != Version::v5 || chance(3)) return {};
  PropertyList& list = lists_.emplace_back(place);
  const std::uint32_t here = 1U << static_cast<unsigned>(place);
  for (const PropertyRow& row : property_rows()) {
    if ((row.places & here) == 0 || chance(2)) continue;
    const auto times = (row.repeatable & here) != 0 ? 1 + below(3) : 1;
    for (std::uint64_t i = 0; i < times; ++i) add_property(list, row);
  }
  return list.view();
}

ReasonCode RandomPackets::reason(PacketType type) {
  while (true) {
    const ReasonCode code = reason_codes()[below(reason_codes().size())].code;
    if (is_allowed(code, type)) return code;
  }
}

Bytes RandomPackets::codes(PacketType type, Version version) {
  const bool is_v5 = version == Version::v5;
  if (!is_v5 && type == PacketType::unsuback) return {};
  std::string codes;
  for (auto n = 1 + below(4); n > 0; --n) {
    const auto old_code = static_cast<std::uint8_t>(chance(2) ? below(3) : 0x80 + below(128));
    codes.push_back(is_v5 ? static_cast<char>(reason(type)) : static_cast<char>(old_code));
  }
  return keep(std::move(codes));
}

Bytes RandomPackets::subscriptions(Version version) {
  std::string entries;
  for (auto n = 1 + below(4); n > 0; --n) {
    Subscription entry{.filter = filter(version), .qos = qos()};
    if (version == Version::v5) {
      entry.no_local = chance(2) && !shared_subscription(entry.filter);
      entry.retain_as_published = chance(2);
      entry.retain_handling = static_cast<RetainHandling>(below(3));
    }
    append_subscription(entries, entry);
  }
  return keep(std::move(entries));
}

Bytes RandomPackets::filters(Version version) {
  std::string entries;
  for (auto n = 1 + below(4); n > 0; --n) append_filter(entries, filter(version));
  return keep(std::move(entries));
}

Connect RandomPackets::connect(Version version) {
  Connect connect{.version = version,
                  .clean_start = chance(2),
                  .keep_alive = static_cast<std::uint16_t>(below(65'536)),
                  .client_identifier = string(),
                  .properties = properties(PropertyPlace::connect, version)};
  if (chance(2))
    connect.will = Will{.topic = topic(),
                        .payload = bytes(),
                        .qos = qos(),
                        .retain = chance(2),
                        .properties = properties(PropertyPlace::will, version)};
  if (chance(2)) connect.username = string();
  if (chance(2) && (connect.username || version == Version::v5)) connect.password = bytes();
  return connect;
}

ConnAck RandomPackets::connack(Version version) {
  ConnAck connack{.older_form = version == Version::v5 && chance(4)};
  const bool has_return_code = version != Version::v5 || connack.older_form;
  connack.code = has_return_code ? static_cast<std::uint8_t>(below(6))
                                 : static_cast<std::uint8_t>(reason(PacketType::connack));
  connack.session_present = connack.code == 0 && chance(2);
  if (!connack.older_form) connack.properties = properties(PropertyPlace::connack, version);
  return connack;
}

Publish RandomPackets::publish(Version version) {
  Publish publish{.topic = topic(),
                  .payload = bytes(),
                  .qos = qos(),
                  .retain = chance(2),
                  .properties = properties(PropertyPlace::publish, version)};
  if (publish.properties.number(PropertyId::topic_alias) && chance(2)) publish.topic = {};
  if (publish.qos == Qos::at_most_once) return publish;
  publish.packet_identifier = identifier();
  publish.dup = chance(2);
  return publish;
}

template <typename Ack>
Ack RandomPackets::acknowledgement(Version version) {
  Ack ack{.packet_identifier = identifier()};
  if (version == Version::v5) ack.reason = reason(Ack::type);
  ack.properties = properties(place_of(Ack::type), version);
  return ack;
}

Packet RandomPackets::packet(PacketType type, Version version) {
  const bool is_v5 = version == Version::v5;
  switch (type) {
    case PacketType::connect: return connect(version);
    case PacketType::connack: return connack(version);
    case PacketType::publish: return publish(version);
    case PacketType::puback: return acknowledgement<PubAck>(version);
    case PacketType::pubrec: return acknowledgement<PubRec>(version);
    case PacketType::pubrel: return acknowledgement<PubRel>(version);
    case PacketType::pubcomp: return acknowledgement<PubComp>(version);
    case PacketType::subscribe:
      return Subscribe{identifier(), properties(place_of(type), version), subscriptions(version)};
    case PacketType::suback:
      return SubAck{identifier(), properties(place_of(type), version), codes(type, version)};
    case PacketType::unsubscribe:
      return Unsubscribe{identifier(), properties(place_of(type), version), filters(version)};
    case PacketType::unsuback:
      return UnsubAck{identifier(), properties(place_of(type), version), codes(type, version)};
    case PacketType::pingreq: return PingReq{};
    case PacketType::pingresp: return PingResp{};
    case PacketType::disconnect:
      return Disconnect{is_v5 ? reason(type) : ReasonCode::success,
                        properties(place_of(type), version)};
    case PacketType::auth: break;
  }
  return Auth{reason(PacketType::auth), properties(PropertyPlace::auth, version)};
}

}  // namespace mqtt_toolbox::protocol
