#include "session/limits.hpp"

#include <fmt/format.h>

#include "protocol/topic.hpp"

namespace mqtt_toolbox::session {

using protocol::Bytes;
using protocol::Properties;
using protocol::PropertyId;

namespace {

bool flag(const Properties& properties, PropertyId id) {
  return properties.number(id).value_or(1) != 0;
}

std::uint16_t two_bytes(const Properties& properties, PropertyId id, std::uint16_t otherwise) {
  return static_cast<std::uint16_t>(properties.number(id).value_or(otherwise));
}

Status check_filter(const ServerLimits& limits, Bytes filter) {
  const auto shared = protocol::shared_subscription(filter);
  if (shared && !limits.shared_subscription_available) {
    return fail(ExitCode::rejected,
                "the broker accepts no shared subscriptions (Shared Subscription Available 0)");
  }
  const Bytes inner = shared ? shared->filter : filter;
  if (!limits.wildcard_subscription_available && protocol::has_wildcard(inner)) {
    return fail(ExitCode::rejected,
                "the broker accepts no wildcard subscriptions (Wildcard Subscription Available 0)");
  }
  return {};
}

}  // namespace

ServerLimits server_limits(const Properties& connack) {
  ServerLimits limits;
  if (connack.empty()) return limits;
  limits.receive_maximum = two_bytes(connack, PropertyId::receive_maximum, limits.receive_maximum);
  limits.maximum_qos =
      static_cast<protocol::Qos>(connack.number(PropertyId::maximum_qos).value_or(2));
  limits.retain_available = flag(connack, PropertyId::retain_available);
  limits.maximum_packet_size =
      connack.number(PropertyId::maximum_packet_size).value_or(limits.maximum_packet_size);
  limits.topic_alias_maximum = two_bytes(connack, PropertyId::topic_alias_maximum, 0);
  if (connack.number(PropertyId::server_keep_alive))
    limits.keep_alive = two_bytes(connack, PropertyId::server_keep_alive, 0);
  limits.wildcard_subscription_available =
      flag(connack, PropertyId::wildcard_subscription_available);
  limits.subscription_identifier_available =
      flag(connack, PropertyId::subscription_identifier_available);
  limits.shared_subscription_available = flag(connack, PropertyId::shared_subscription_available);
  return limits;
}

Status check_publish(const ServerLimits& limits, const protocol::Publish& message) {
  if (accepts(limits, message)) return {};
  if (message.qos > limits.maximum_qos) {
    return fail(ExitCode::rejected,
                fmt::format("the broker accepts at most QoS {0} (Maximum QoS {0})",
                            static_cast<int>(limits.maximum_qos)));
  }
  return fail(ExitCode::rejected, "the broker accepts no retained messages (Retain Available 0)");
}

Status check_subscribe(const ServerLimits& limits, const protocol::Subscribe& subscribe) {
  if (!limits.subscription_identifier_available &&
      subscribe.properties.number(PropertyId::subscription_identifier)) {
    return fail(ExitCode::rejected,
                "the broker accepts no subscription identifiers "
                "(Subscription Identifiers Available 0)");
  }
  if (limits.wildcard_subscription_available && limits.shared_subscription_available) return {};
  Bytes entries = subscribe.entries;
  while (const auto subscription = protocol::next_subscription(entries)) {
    if (auto status = check_filter(limits, subscription->filter); !status) return status;
  }
  return {};
}

Status check_packet_size(const ServerLimits& limits, std::size_t size) {
  if (size <= limits.maximum_packet_size) return {};
  return fail(ExitCode::rejected,
              fmt::format("the packet has {} bytes, and the broker accepts at most {} "
                          "(Maximum Packet Size)",
                          size, limits.maximum_packet_size));
}

Status check_topic_alias(const ServerLimits& limits, std::uint32_t alias) {
  if (alias <= limits.topic_alias_maximum) return {};
  return fail(ExitCode::rejected,
              fmt::format("the topic alias is {}, and the broker accepts at most {} "
                          "(Topic Alias Maximum)",
                          alias, limits.topic_alias_maximum));
}

}  // namespace mqtt_toolbox::session
