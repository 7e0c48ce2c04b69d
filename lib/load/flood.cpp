#include "load/flood.hpp"

#include <algorithm>

#include "protocol/codec.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::load {

using protocol::Bytes;

namespace {

constexpr std::size_t block_bytes = 128u << 10;

std::string topic_for(Bytes filter) {
  if (const auto shared = protocol::shared_subscription(filter)) filter = shared->filter;
  std::string topic(filter);
  std::replace(topic.begin(), topic.end(), '+', 'x');
  std::replace(topic.begin(), topic.end(), '#', 'x');
  return topic;
}

std::string encoded(Bytes topic, protocol::Version version, Bytes payload) {
  protocol::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  const auto size = protocol::encoded_size(publish, version);
  if (!size) return {};
  std::string packet(*size, '\0');
  if (!protocol::encode(publish, version, packet)) return {};
  return packet;
}

}  // namespace

Flood::Flood(Bytes filter, protocol::Version version, std::uint32_t bytes, std::uint64_t messages) {
  const std::string packet = encoded(topic_for(filter), version, std::string(bytes, 'x'));
  if (packet.empty()) return;
  packet_size_ = packet.size();
  left_ = packet_size_ * messages;
  const auto fitting = std::max<std::uint64_t>(1, block_bytes / packet_size_);
  const std::uint64_t count = std::min(fitting, messages);
  block_.reserve(packet_size_ * static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) block_ += packet;
}

std::uint64_t Flood::written(std::size_t size) {
  const std::size_t began = offset_ % packet_size_;
  offset_ = (offset_ + size) % block_.size();
  left_ -= size;
  return (began + size) / packet_size_;
}

}  // namespace mqtt_toolbox::load
