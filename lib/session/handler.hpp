#pragma once

#include <cstdint>

#include "base/export.hpp"
#include "protocol/codec.hpp"
#include "session/settings.hpp"

namespace mqtt_toolbox::session {

/// The caller's own number for a publish, a subscribe or an unsubscribe; comes back with its
/// outcome.
using Token = std::uint64_t;

enum class Direction : std::uint8_t { sent, received };

struct Connected {
  protocol::ConnAck connack;
  ServerLimits limits;
};

/// How a QoS 1 or 2 message ended.
struct PublishOutcome {
  Token token = 0;
  protocol::PacketIdentifier packet_identifier = 0;
  /// At which it was acknowledged: 1 for a QoS 2 message that the server answered with PUBACK.
  protocol::Qos qos = protocol::Qos::at_most_once;
  protocol::ReasonCode reason = protocol::ReasonCode::success;
  protocol::Properties properties;
  /// QoS 2 only: the session was lost under it and it was sent as new, so the receiver may have it
  /// twice.
  bool may_be_duplicate = false;
};

/// What a session tells. Views live until the call returns.
class MQTT_TOOLBOX_API Handler {
 public:
  virtual ~Handler() = default;

  virtual void on_connected(const Connected& connected) = 0;
  /// CONNACK with a refusal; the connection is over.
  virtual void on_refused(const protocol::ConnAck& connack) = 0;
  /// An application message, its topic filled in when it came as an alias. False stops: nothing
  /// more is delivered from what was received, and what was not delivered stays unacknowledged.
  virtual bool on_message(const protocol::Publish& message) = 0;
  virtual void on_published(const PublishOutcome& outcome) = 0;
  virtual void on_subscribed(Token token, const protocol::SubAck& suback) = 0;
  virtual void on_unsubscribed(Token token, const protocol::UnsubAck& unsuback) = 0;
  /// DISCONNECT from the server (5.0); the connection is over.
  virtual void on_disconnect(const protocol::Disconnect& disconnect) = 0;
  virtual void on_auth(const protocol::Auth& auth) = 0;
  /// PINGRESP to the PINGREQ that has this number on its connection, as `Session::ping` gave it.
  virtual void on_pingresp(std::uint64_t) {}
  /// After would_block: another publish would be accepted now.
  virtual void on_ready() {}
  /// Every packet as it stands on the wire, if Settings::observe_packets.
  virtual void on_packet(Direction, const protocol::Frame&, protocol::Version) {}
};

}  // namespace mqtt_toolbox::session
