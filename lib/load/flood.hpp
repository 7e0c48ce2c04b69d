#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/types.hpp"

namespace mqtt_toolbox::load {

/// QoS 0 PUBLISH packets, all alike, ready to be written many at a time.
class Flood {
 public:
  /// Nothing to send.
  Flood() = default;
  /// To whoever subscribed with `filter`: a topic that matches it, `bytes` of payload in each of
  /// `messages` packets.
  Flood(protocol::Bytes filter, protocol::Version version, std::uint32_t bytes,
        std::uint64_t messages);

  bool finished() const { return left_ == 0; }
  /// The next bytes, some packets long.
  std::string_view next() const {
    return std::string_view(block_).substr(offset_, static_cast<std::size_t>(left_));
  }
  /// The front `size` bytes of `next()` were written. Returns how many packets they ended.
  std::uint64_t written(std::size_t size);

 private:
  std::string block_;
  std::size_t packet_size_ = 1;
  std::size_t offset_ = 0;
  std::uint64_t left_ = 0;  ///< bytes
};

}  // namespace mqtt_toolbox::load
