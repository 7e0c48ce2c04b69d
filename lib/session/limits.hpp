#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "protocol/packet.hpp"
#include "session/settings.hpp"

namespace mqtt_toolbox::session {

/// What the properties of a CONNACK say, MQTT 5.0 section 3.2.2.3.
ServerLimits server_limits(const protocol::Properties& connack);

/// Whether the server takes a PUBLISH with this QoS and RETAIN. Asked for each message.
inline bool accepts(const ServerLimits& limits, const protocol::Publish& message) {
  return message.qos <= limits.maximum_qos && (!message.retain || limits.retain_available);
}

/// ExitCode::rejected, with a text that names the limit as the broker announced it.
Status check_publish(const ServerLimits& limits, const protocol::Publish& message);
Status check_subscribe(const ServerLimits& limits, const protocol::Subscribe& subscribe);
Status check_packet_size(const ServerLimits& limits, std::size_t size);
Status check_topic_alias(const ServerLimits& limits, std::uint32_t alias);

}  // namespace mqtt_toolbox::session
