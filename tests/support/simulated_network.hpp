#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace mqtt_toolbox::simulated {

/// From `low` to `high`, both included; the same on every machine.
inline std::size_t pick(Random& random, std::size_t low, std::size_t high) {
  return low + static_cast<std::size_t>(random() % (high - low + 1));
}

inline bool chance(Random& random, unsigned percent) {
  return random() % 100 < percent;
}

/// One direction of a connection: a stream of bytes that comes out in pieces of any size, later.
class Pipe {
 public:
  void write(std::string_view bytes) { waiting_ += bytes; }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  /// Bytes that have come out so far.
  std::size_t delivered() const { return delivered_; }

  std::string take(std::size_t size) {
    std::string bytes = waiting_.substr(0, size);
    waiting_.erase(0, bytes.size());
    delivered_ += bytes.size();
    return bytes;
  }

 private:
  std::string waiting_;
  std::size_t delivered_ = 0;
};

/// When a connection breaks: as soon as that many bytes have come out in that direction. What is on
/// its way then, in either direction, is lost.
struct Cut {
  bool to_server = true;
  std::size_t bytes = 0;
};

/// One connection.
class Link {
 public:
  explicit Link(std::optional<Cut> cut) : cut_(cut) {}

  Pipe to_server;
  Pipe to_client;

  bool is_cut() const {
    if (!cut_) return false;
    return (cut_->to_server ? to_server : to_client).delivered() >= cut_->bytes;
  }

  /// A piece of `size` bytes at most, and never a byte beyond the cut.
  std::string take(bool for_server, std::size_t size) {
    Pipe& pipe = for_server ? to_server : to_client;
    if (cut_ && cut_->to_server == for_server)
      size = std::min(size, cut_->bytes - std::min(cut_->bytes, pipe.delivered()));
    return pipe.take(size);
  }

 private:
  std::optional<Cut> cut_;
};

}  // namespace mqtt_toolbox::simulated
