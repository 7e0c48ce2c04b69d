#pragma once

#include <array>
#include <deque>
#include <string>

#include "base/random.hpp"
#include "protocol/codec.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::protocol {

inline constexpr std::array all_versions{Version::v31, Version::v311, Version::v5};

/// Valid packets with every field at random. They live as long as their maker.
class RandomPackets {
 public:
  explicit RandomPackets(std::uint64_t seed) : random_(seed) {}

  Packet packet(PacketType type, Version version);

  /// A well-formed MQTT string; now and then not ASCII.
  Bytes string(std::size_t least = 0);
  Bytes topic();
  Bytes filter(Version version);
  Bytes bytes();
  Properties properties(PropertyPlace place, Version version);

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(unsigned one_in) { return below(one_in) == 0; }

 private:
  Bytes keep(std::string text) { return kept_.emplace_back(std::move(text)); }
  std::uint32_t number(std::uint32_t low, std::uint32_t high);
  void add_property(PropertyList& list, const PropertyRow& row);
  PacketIdentifier identifier() { return static_cast<PacketIdentifier>(1 + below(65'535)); }
  Qos qos() { return static_cast<Qos>(below(3)); }
  ReasonCode reason(PacketType type);
  Bytes codes(PacketType type, Version version);
  Bytes subscriptions(Version version);
  Bytes filters(Version version);

  Connect connect(Version version);
  ConnAck connack(Version version);
  Publish publish(Version version);
  template <typename Ack>
  Ack acknowledgement(Version version);

  Random random_;
  std::deque<std::string> kept_;
  std::deque<PropertyList> lists_;
};

}  // namespace mqtt_toolbox::protocol
