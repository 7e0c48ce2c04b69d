#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "base/export.hpp"

namespace mqtt_toolbox::retained {

/// What is remembered of a retained message.
struct Found {
  std::string_view topic;
  std::uint32_t payload_length = 0;
  std::uint64_t payload_hash = 0;
};

/// Retained messages in the order they came, close together: 14 bytes and the topic each, so that a
/// million fit where memory is short.
class MQTT_TOOLBOX_API Topics {
 public:
  void add(const Found& found);
  std::uint64_t size() const { return size_; }
  std::uint64_t payload_bytes() const { return payload_bytes_; }

  /// The oldest, taken off; its topic is valid until the next call.
  std::optional<Found> take();
  void clear();

  template <typename Visit>
  void each(Visit visit) const {
    for (const Chunk& chunk : chunks_)
      for (std::size_t at = chunk.begin; at < chunk.end;) visit(read(chunk, at));
  }

 private:
  static constexpr std::size_t chunk_bytes = 256u << 10;
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// The entry at `at`, which moves behind it.
  static Found read(const Chunk& chunk, std::size_t& at);

  std::deque<Chunk> chunks_;
  std::uint64_t size_ = 0;
  std::uint64_t payload_bytes_ = 0;
};

}  // namespace mqtt_toolbox::retained
