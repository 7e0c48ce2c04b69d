#include "protocol/connect.hpp"

namespace mqtt_toolbox::protocol {
namespace {

Version read_version(Reader& reader) {
  const Bytes name = reader.binary();
  const auto version = static_cast<Version>(reader.byte());
  if (reader.failed()) return version;
  const bool is_mqtt = name == protocol_name(Version::v5);
  if (!is_mqtt && name != protocol_name(Version::v31)) reader.fail(Fault::protocol_name_unknown);
  const bool is_known =
      is_mqtt ? version == Version::v311 || version == Version::v5 : version == Version::v31;
  if (!is_known) reader.fail(Fault::protocol_version_unknown);
  return version;
}

std::optional<Fault> flags_fault(std::uint8_t flags, Version version) {
  const bool has_will = (flags & connect_will) != 0;
  const bool has_will_flags = (flags & (connect_will_qos | connect_will_retain)) != 0;
  if ((flags & connect_reserved) != 0) return Fault::connect_reserved_flag;
  if (!has_will && has_will_flags) return Fault::connect_will_flags_without_will;
  if ((flags & connect_will_qos) == connect_will_qos) return Fault::connect_will_qos_3;
  const bool needs_username = (flags & connect_password) != 0 && version != Version::v5;
  if (needs_username && (flags & connect_username) == 0)
    return Fault::connect_password_without_username;
  return std::nullopt;
}

Will read_will(Reader& reader, std::uint8_t flags, Version version) {
  Will will;
  will.qos = static_cast<Qos>((flags & connect_will_qos) >> connect_will_qos_shift);
  will.retain = (flags & connect_will_retain) != 0;
  if (version == Version::v5) will.properties = reader.properties(PropertyPlace::will);
  will.topic = reader.topic_name();
  will.payload = reader.binary();
  return will;
}

/// MQTT 3.1 section 3.1 lets the Remaining Length win over these two flags.
bool is_present(const Reader& reader, std::uint8_t flags, std::uint8_t flag, Version version) {
  return (flags & flag) != 0 && !(version == Version::v31 && reader.empty());
}

}  // namespace

void read_connect(Reader& reader, Connect& connect) {
  connect.version = read_version(reader);
  const std::uint8_t flags = reader.byte();
  if (reader.failed()) return;
  if (const auto fault = flags_fault(flags, connect.version)) reader.fail(*fault);
  connect.clean_start = (flags & connect_clean_start) != 0;
  connect.keep_alive = reader.two_bytes();
  if (connect.version == Version::v5)
    connect.properties = reader.properties(PropertyPlace::connect);
  connect.client_identifier = reader.string();
  if ((flags & connect_will) != 0) connect.will = read_will(reader, flags, connect.version);
  if (is_present(reader, flags, connect_username, connect.version))
    connect.username = reader.string();
  if (is_present(reader, flags, connect_password, connect.version))
    connect.password = reader.binary();
}

}  // namespace mqtt_toolbox::protocol
