#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/export.hpp"
#include "protocol/properties.hpp"
#include "protocol/reason.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::protocol {

/// The packets as plain values over the caller's bytes: decoding fills views into its input,
/// encoding reads views. Properties are ignored when a 3.1 or 3.1.1 packet is encoded.

/// The Will of a CONNECT, MQTT 5.0 section 3.1.2.5.
struct Will {
  Bytes topic{};
  Bytes payload{};  ///< at most 65,535 bytes
  Qos qos = Qos::at_most_once;
  bool retain = false;
  Properties properties{};

  bool operator==(const Will&) const = default;
};

/// MQTT 5.0 section 3.1. `clean_start` is Clean Session in 3.1.1. keep_alive in seconds, 0 is off.
struct Connect {
  Version version = Version::v5;
  bool clean_start = true;
  std::uint16_t keep_alive = 0;
  Bytes client_identifier{};
  std::optional<Will> will{};
  std::optional<Bytes> username{};
  std::optional<Bytes> password{};
  Properties properties{};

  bool operator==(const Connect&) const = default;
};

/// MQTT 5.0 section 3.2. `code` is the byte on the wire: a reason code in 5.0, a return code
/// before.
struct ConnAck {
  bool session_present = false;
  std::uint8_t code = 0;
  Properties properties{};
  /// Under 5.0: the packet had (or is to have) the two bytes of 3.1.1, without a property length.
  /// Brokers that do not know 5.0 refuse it so.
  bool older_form = false;

  /// Under 5.0 a refusal below 0x80 is a return code of 3.1.1 (its section 3.2.2.3): brokers that
  /// do not know 5.0 send it in either form.
  bool has_return_code(Version version) const { return version != Version::v5 || code < 0x80; }

  /// The code in 5.0's terms, whatever the version and form.
  ReasonCode reason(Version version) const {
    return has_return_code(version) ? from_connect_return_code(code)
                                    : static_cast<ReasonCode>(code);
  }

  bool operator==(const ConnAck&) const = default;
};

/// MQTT 5.0 section 3.3. An empty topic is right only with a Topic Alias.
struct Publish {
  Bytes topic{};
  Bytes payload{};
  PacketIdentifier packet_identifier = 0;  ///< 0 exactly at QoS 0
  Qos qos = Qos::at_most_once;
  bool dup = false;
  bool retain = false;
  Properties properties{};

  bool operator==(const Publish&) const = default;
};

/// PUBACK, PUBREC, PUBREL, PUBCOMP: MQTT 5.0 sections 3.4 to 3.7. Before 5.0 the reason is success.
template <PacketType Type>
struct Acknowledgement {
  static constexpr PacketType type = Type;
  PacketIdentifier packet_identifier = 0;
  ReasonCode reason = ReasonCode::success;
  Properties properties{};

  bool operator==(const Acknowledgement&) const = default;
};
using PubAck = Acknowledgement<PacketType::puback>;
using PubRec = Acknowledgement<PacketType::pubrec>;
using PubRel = Acknowledgement<PacketType::pubrel>;
using PubComp = Acknowledgement<PacketType::pubcomp>;

enum class RetainHandling : std::uint8_t { always = 0, if_new = 1, never = 2 };

/// One entry of SUBSCRIBE, MQTT 5.0 section 3.8.3.
struct Subscription {
  Bytes filter{};
  Qos qos = Qos::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  RetainHandling retain_handling = RetainHandling::always;

  bool operator==(const Subscription&) const = default;
};

/// MQTT 5.0 section 3.8. `entries` are the encoded topic filters with their options; iterate with
/// `for_each_subscription`, build with `append_subscription`.
struct Subscribe {
  PacketIdentifier packet_identifier = 0;
  Properties properties{};
  Bytes entries{};

  bool operator==(const Subscribe&) const = default;
};

/// MQTT 5.0 section 3.9: a reason code for each filter. Before 5.0: 0, 1, 2, 0x80.
struct SubAck {
  PacketIdentifier packet_identifier = 0;
  Properties properties{};
  Bytes codes{};  ///< one byte a filter

  ReasonCode code(std::size_t index) const {
    return static_cast<ReasonCode>(static_cast<std::uint8_t>(codes[index]));
  }

  bool operator==(const SubAck&) const = default;
};

/// MQTT 5.0 section 3.10. `entries` are the encoded topic filters.
struct Unsubscribe {
  PacketIdentifier packet_identifier = 0;
  Properties properties{};
  Bytes entries{};

  bool operator==(const Unsubscribe&) const = default;
};

/// MQTT 5.0 section 3.11. `codes` is empty before 5.0.
struct UnsubAck {
  PacketIdentifier packet_identifier = 0;
  Properties properties{};
  Bytes codes{};

  ReasonCode code(std::size_t index) const {
    return static_cast<ReasonCode>(static_cast<std::uint8_t>(codes[index]));
  }

  bool operator==(const UnsubAck&) const = default;
};

struct PingReq {
  bool operator==(const PingReq&) const = default;
};
struct PingResp {
  bool operator==(const PingResp&) const = default;
};

/// MQTT 5.0 section 3.14.
struct Disconnect {
  ReasonCode reason = ReasonCode::success;
  Properties properties{};

  bool operator==(const Disconnect&) const = default;
};

/// MQTT 5.0 section 3.15.
struct Auth {
  ReasonCode reason = ReasonCode::success;
  Properties properties{};

  bool operator==(const Auth&) const = default;
};

/// In the order of PacketType, so that index() + 1 is the type.
using Packet = std::variant<Connect, ConnAck, Publish, PubAck, PubRec, PubRel, PubComp, Subscribe,
                            SubAck, Unsubscribe, UnsubAck, PingReq, PingResp, Disconnect, Auth>;

constexpr PacketType type_of(const Packet& packet) {
  return static_cast<PacketType>(packet.index() + 1);
}

/// Appends one entry to `entries` of a SUBSCRIBE or, without options, of an UNSUBSCRIBE. The filter
/// must have passed check_topic_filter. Before 5.0 only the QoS is sent.
MQTT_TOOLBOX_API void append_subscription(std::string& entries, const Subscription& subscription);
MQTT_TOOLBOX_API void append_filter(std::string& entries, Bytes filter);

/// Takes the first entry off `entries`; nullopt at the end. The entries must come from decoding or
/// from the functions above.
MQTT_TOOLBOX_API std::optional<Subscription> next_subscription(Bytes& entries);
MQTT_TOOLBOX_API std::optional<Bytes> next_filter(Bytes& entries);

}  // namespace mqtt_toolbox::protocol
