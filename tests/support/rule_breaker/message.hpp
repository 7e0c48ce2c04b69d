#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "protocol/codec.hpp"
#include "support/rule_breaker/breaches.hpp"

namespace mqtt_toolbox::rule_breaker {

/// A published message as the broker keeps it.
struct Message {
  std::string topic;
  std::string payload;
  std::string properties;  ///< of a PUBLISH, encoded, those that are forwarded
  std::string publisher;   ///< its client identifier
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  bool is_will = false;
  std::string unforwarded{};  ///< encoded properties of a will that no PUBLISH has
  std::optional<Time> expires;
};
using MessagePtr = std::shared_ptr<const Message>;

/// One message on its way to one subscriber.
struct Delivery {
  enum class State : std::uint8_t {
    unsent,
    published,  ///< PUBACK or PUBREC is awaited
    released,   ///< PUBCOMP is awaited
  };

  MessagePtr message;
  protocol::Qos qos = protocol::Qos::at_most_once;
  bool retain = false;
  std::vector<std::uint32_t> identifiers{};  ///< of the subscriptions
  std::string group{};                       ///< of a shared subscription, see `Shares`
  protocol::PacketIdentifier packet_identifier = 0;
  State state = State::unsent;
  bool is_current = false;  ///< the last packet about it was sent on this connection
  bool takes_room = false;  ///< counts for the client's Receive Maximum
  bool waits_for_next = false;
};

MessagePtr message_of(const protocol::Publish& publish, std::string topic, std::string publisher,
                      Time now, const Rules& rules);

/// What is published in its client's name; it expires from the time of that on.
std::shared_ptr<Message> message_of(const protocol::Will& will, std::string publisher,
                                    const Rules& rules);
void set_expiry(Message& message, Time now);

bool has_expired(const Message& message, Time now, const Rules& rules);

/// The properties for a subscriber, the remaining Message Expiry Interval among them (MQTT 5.0
/// section 3.3.2.3.3).
protocol::PropertyList properties_of(const Delivery& delivery, Time now, const Rules& rules);

/// The QoS at which a message reaches a subscription, MQTT 5.0 section 3.8.4.
protocol::Qos delivered_qos(protocol::Qos published, protocol::Qos granted, const Rules& rules);

/// Whether clients may not publish to the topic and not subscribe to the filter.
bool may_not_write(std::string_view topic);
bool may_not_read(std::string_view filter);

/// Encoded; empty when it cannot be.
std::string encoded(const protocol::Packet& packet, protocol::Version version);

}  // namespace mqtt_toolbox::rule_breaker
