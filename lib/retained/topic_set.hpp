#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/export.hpp"

namespace mqtt_toolbox::retained {

/// The same for the same text, within one run of a program.
MQTT_TOOLBOX_API std::uint64_t hash_of(std::string_view text);

/// Topics, known by their hashes only: at most 32 bytes each, so that a million fit where memory is
/// short.
class MQTT_TOOLBOX_API TopicSet {
 public:
  /// Whether it is new.
  bool insert(std::string_view topic);
  bool contains(std::string_view topic) const;
  std::uint64_t size() const { return size_; }
  /// The same for sets of the same topics, whatever their order.
  std::uint64_t digest() const { return digest_; }
  void clear() { *this = {}; }

 private:
  std::size_t slot_of(std::uint64_t hash) const;
  void grow();

  std::vector<std::uint64_t> slots_;  ///< 0 is free; a power of two of them, at least half free
  std::uint64_t size_ = 0;
  std::uint64_t digest_ = 0;
};

}  // namespace mqtt_toolbox::retained
