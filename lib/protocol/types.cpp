#include "protocol/types.hpp"

#include <array>

namespace mqtt_toolbox::protocol {

std::string_view name(PacketType type) {
  static constexpr std::array<std::string_view, 16> names{
      "RESERVED", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
  return names[static_cast<std::uint8_t>(type) & 0xF];
}

std::string_view name(Version version) {
  switch (version) {
    case Version::v31: return "3.1";
    case Version::v311: return "3.1.1";
    case Version::v5: return "5.0";
  }
  return "unknown";
}

}  // namespace mqtt_toolbox::protocol
