#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/export.hpp"
#include "base/time.hpp"
#include "protocol/packet.hpp"

namespace mqtt_toolbox::session {

struct WillSettings {
  std::string topic;
  std::string payload;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  protocol::PropertyList properties{protocol::PropertyPlace::will};
};

/// What stays the same for every connection of a session, and can be shared by many sessions.
struct Settings {
  /// Clean Start of the first CONNECT (Clean Session before 5.0); later ones follow `resume`.
  bool clean_start = true;
  /// Whether a reconnect asks for the session again (Clean Start 0, MQTT 5.0 section 3.1.2.4).
  bool resume = false;
  /// Seconds; 0 is off. A Server Keep Alive replaces it.
  std::uint16_t keep_alive = 60;
  /// How long a PINGRESP may take before the connection counts as lost; none: as long as the keep
  /// alive, but at least 5 s and at most 20 s.
  std::optional<Duration> ping_response_timeout;
  std::optional<WillSettings> will;
  /// Every property of CONNECT as the user gave it: session expiry, receive maximum, topic alias
  /// maximum, maximum packet size, authentication method, ... Sent under 5.0 only.
  protocol::PropertyList connect_properties{protocol::PropertyPlace::connect};
  /// QoS 1 and 2 messages unacknowledged at once. None: 5.0 takes the server's Receive Maximum, at
  /// most 1000; before 5.0 it is 20.
  std::optional<std::uint16_t> inflight_messages;
  /// Encoded bytes kept for QoS 1 and 2 messages; one larger packet goes alone.
  std::size_t inflight_bytes = 16u << 20;
  /// `publish` answers would_block while more than this many bytes wait to be written.
  std::size_t output_bytes = 256u << 10;
  /// Largest packet taken from the server, in bytes; a Maximum Packet Size in `connect_properties`
  /// may only lower it.
  std::uint32_t largest_packet = protocol::maximum_packet_bytes;
  /// `Session::may_receive` says no while more bytes of answers than this wait to be written: far
  /// more than an honest server has on its way, and far less than memory.
  std::size_t unread_bytes = 16u << 20;
  /// How long the server may then read none of them.
  Duration unread_timeout = std::chrono::seconds(20);
  /// Give repeated topics an alias when the server allows it (5.0).
  bool use_topic_aliases = false;
  /// PUBACK and PUBREC go out at once; otherwise `Session::acknowledge` releases them.
  bool acknowledge_at_once = true;
  /// Call Handler::on_packet for every packet in both directions.
  bool observe_packets = false;
};

/// Who connects. Views need to live during the call only.
struct Identity {
  protocol::Bytes client_identifier;
  std::optional<protocol::Bytes> username;
  std::optional<protocol::Bytes> password;
};

/// What the server said in CONNACK (MQTT 5.0 section 3.2.2.3); the defaults are the
/// specification's, and hold before 5.0.
struct ServerLimits {
  std::uint16_t receive_maximum = 65'535;
  protocol::Qos maximum_qos = protocol::Qos::exactly_once;
  bool retain_available = true;
  std::uint32_t maximum_packet_size = protocol::maximum_packet_bytes;  ///< bytes, whole packet
  std::uint16_t topic_alias_maximum = 0;
  std::optional<std::uint16_t> keep_alive;  ///< seconds, replaces the client's
  bool wildcard_subscription_available = true;
  bool subscription_identifier_available = true;
  bool shared_subscription_available = true;
};

}  // namespace mqtt_toolbox::session
