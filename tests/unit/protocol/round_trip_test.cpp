#include <cstring>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/codec.hpp"
#include "unit/base/seed.hpp"
#include "unit/protocol/random_packets.hpp"

namespace mqtt_toolbox::protocol {
namespace {

std::vector<char> encoded(const Packet& packet, Version version) {
  const auto size = encoded_size(packet, version);
  REQUIRE_MESSAGE(size, describe(size ? Fault{} : size.error()));
  std::vector<char> bytes(*size);
  const auto written = encode(packet, version, bytes);
  REQUIRE(written);
  REQUIRE(*written == *size);
  return bytes;
}

Bytes view(const std::vector<char>& bytes) {
  return {bytes.data(), bytes.size()};
}

/// Runs `test(packet, version)` on random packets of every type and version.
template <typename Test>
void for_random_packets(int rounds, Test test) {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  for (int round = 0; round < rounds; ++round) {
    RandomPackets random(seed + static_cast<std::uint64_t>(round));
    for (const Version version : all_versions)
      for (unsigned type = 1; type <= 15; ++type) {
        if (type == 15 && version != Version::v5) continue;
        CAPTURE(round);
        CAPTURE(name(version));
        CAPTURE(name(static_cast<PacketType>(type)));
        test(random.packet(static_cast<PacketType>(type), version), version);
      }
  }
}

TEST_CASE("what was encoded decodes to the same packet") {
  for_random_packets(2000, [](const Packet& packet, Version version) {
    const auto bytes = encoded(packet, version);
    const auto found = next_frame(view(bytes));
    REQUIRE(found);
    REQUIRE(found->frame);
    REQUIRE(found->frame->size == bytes.size());
    REQUIRE(found->frame->type() == type_of(packet));
    const auto decoded = decode(*found->frame, version);
    REQUIRE_MESSAGE(decoded, describe(decoded ? Fault{} : decoded.error()));
    REQUIRE((*decoded == packet));
  });
}

TEST_CASE("decode_publish and encode_publish_header agree with the general way") {
  for_random_packets(500, [](const Packet& packet, Version version) {
    const auto* publish = std::get_if<Publish>(&packet);
    if (publish == nullptr) return;
    const auto bytes = encoded(packet, version);
    const auto decoded = decode_publish(*next_frame(view(bytes))->frame, version);
    REQUIRE(decoded);
    REQUIRE((*decoded == *publish));
    std::vector<char> header(bytes.size() - publish->payload.size());
    REQUIRE(publish_header_size(*publish, version).value() == header.size());
    REQUIRE(encode_publish_header(*publish, version, header).value() == header.size());
    REQUIRE(std::memcmp(header.data(), bytes.data(), header.size()) == 0);
  });
}

TEST_CASE("a buffer one byte too small is refused and not written behind") {
  for_random_packets(200, [](const Packet& packet, Version version) {
    const auto size = encoded_size(packet, version).value();
    const auto small = std::make_unique<char[]>(size - 1);  // the sanitizer guards its end
    const auto written = encode(packet, version, {small.get(), size - 1});
    REQUIRE_FALSE(written);
    REQUIRE(written.error() == Fault::buffer_too_small);
  });
}

TEST_CASE("a stream cut anywhere is incomplete, and tells how much it needs") {
  for_random_packets(30, [](const Packet& packet, Version version) {
    const auto bytes = encoded(packet, version);
    for (std::size_t size = 0; size < bytes.size() && size < 300; ++size) {
      const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<long>(size));
      const auto found = next_frame(view(cut));
      REQUIRE(found);
      REQUIRE_FALSE(found->frame);
      const bool is_length_known = size > 1 && static_cast<signed char>(bytes[size - 1]) >= 0;
      if (is_length_known || size > 4) REQUIRE(found->needed == bytes.size());
      if (size < 2) REQUIRE(found->needed == 0);
    }
  });
}

/// Whether a body cut to `size` is itself a packet: where a field that ends it may be shorter or be
/// left out.
bool may_end_at(const Packet& packet, Version version, std::size_t size) {
  switch (type_of(packet)) {
    case PacketType::publish: return true;  // the payload
    case PacketType::subscribe:             // after any entry
    case PacketType::unsubscribe:
    case PacketType::suback: return true;  // after any code
    case PacketType::unsuback: return version == Version::v5;
    case PacketType::connack: return version == Version::v5 && size == 2;
    case PacketType::connect: return version == Version::v31;  // user name and password
    case PacketType::disconnect:
    case PacketType::auth: return version == Version::v5 && size < 2;
    default: return version == Version::v5 && (size == 2 || size == 3);
  }
}

TEST_CASE("a body cut anywhere is refused unless its last field may be shorter") {
  for_random_packets(30, [](const Packet& packet, Version version) {
    const auto bytes = encoded(packet, version);
    const Frame whole = *next_frame(view(bytes))->frame;
    for (std::size_t size = 0; size < whole.body.size() && size < 300; ++size) {
      const auto cut = std::make_unique<char[]>(size);  // the sanitizer guards its end
      std::memcpy(cut.get(), whole.body.data(), size);
      const auto decoded = decode(Frame{whole.first, {cut.get(), size}, size + 2}, version);
      CAPTURE(size);
      if (!may_end_at(packet, version, size)) REQUIRE_FALSE(decoded);
      if (decoded) REQUIRE_FALSE((*decoded == packet));
    }
  });
}

TEST_CASE("bytes behind the last field are refused") {
  for_random_packets(100, [](const Packet& packet, Version version) {
    const auto bytes = encoded(packet, version);
    const Frame whole = *next_frame(view(bytes))->frame;
    const std::string longer = std::string(whole.body) + '\x7F';
    const auto decoded = decode(Frame{whole.first, longer, whole.size + 1}, version);
    if (type_of(packet) == PacketType::publish) return;
    REQUIRE_FALSE(decoded);
  });
}

/// A refusal by a broker that does not know 5.0, which is not to be sent by anybody.
bool is_understood_only(const Packet& packet, Version version) {
  const auto* connack = std::get_if<ConnAck>(&packet);
  return connack != nullptr && version == Version::v5 && !connack->older_form &&
         connack->code != 0 && connack->has_return_code(version);
}

TEST_CASE("random bytes never read out of bounds, and what decodes can be encoded") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 300'000; ++round) {
    const std::size_t size = random() % 24;
    const auto body = std::make_unique<char[]>(size);
    for (std::size_t i = 0; i < size; ++i)
      body[i] = static_cast<char>(random() % 3 == 0 ? random() : random() % 8);
    const Version version = all_versions[random() % 3];
    const Frame frame{static_cast<std::uint8_t>(random()), {body.get(), size}, size + 2};
    const auto decoded = decode(frame, version);
    if (!decoded || is_understood_only(*decoded, version)) continue;
    const auto* connect = std::get_if<Connect>(&*decoded);
    const Version own = connect != nullptr ? connect->version : version;
    const auto bytes = encoded(*decoded, own);
    REQUIRE((decode(*next_frame(view(bytes))->frame, own).value() == *decoded));
  }
}

}  // namespace
}  // namespace mqtt_toolbox::protocol
