#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::support {

/// One fact about a packet: "qos" and "1", "receive-maximum" and "20".
struct Field {
  std::string name;
  std::string value;
};

/// A packet as a line of text: its type, then NAME=VALUE for each fact. Names: version, clean,
/// keep-alive, client-id, username, password, will-topic, will-payload, will-qos, will-retain
/// (CONNECT); present, code (CONNACK); topic, payload, payload-size, qos, retain, dup, id
/// (PUBLISH); id, filter, qos, no-local, retain-as-published, retain-handling (SUBSCRIBE); id, code
/// (acknowledgements); code (DISCONNECT, AUTH); and every property by its flag name, a user
/// property as user-property=NAME:VALUE.
struct PacketText {
  protocol::PacketType type{};
  std::vector<Field> fields;
};

PacketText describe_packet(const protocol::Packet& packet);
std::string show(const PacketText& text);

/// Words such as {"PUBLISH", "topic=a", "qos=1"}. ExitCode::usage otherwise.
Result<PacketText> parse_packet(std::span<const std::string> words);

/// Whether `packet` has every field of `wanted` (numbers compare as numbers; the value `none` says
/// that there is no such field).
bool has_fields(const PacketText& packet, const PacketText& wanted);

/// The packet's bytes. `last_id` stands for `id=last`. Left out fields are 0 or empty;
/// `payload-size` makes a payload of that many bytes.
Result<std::string> encode_text(const PacketText& text, protocol::Version version,
                                protocol::PacketIdentifier last_id);

/// The bytes of any packet; empty when it cannot be encoded.
std::string encoded(const protocol::Packet& packet, protocol::Version version);

/// Decimal, or hexadecimal after 0x.
std::optional<std::uint32_t> number_from(std::string_view text);

}  // namespace mqtt_toolbox::support
