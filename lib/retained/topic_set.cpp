#include "retained/topic_set.hpp"

#include <functional>
#include <utility>

namespace mqtt_toolbox::retained {

namespace {

constexpr std::size_t fewest_slots = 64;

/// Never 0, which is a free slot.
std::uint64_t key_of(std::string_view topic) {
  const std::uint64_t hash = hash_of(topic);
  return hash == 0 ? 1 : hash;
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

std::size_t TopicSet::slot_of(std::uint64_t hash) const {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

void TopicSet::grow() {
  const auto old = std::exchange(
      slots_, std::vector<std::uint64_t>(slots_.empty() ? fewest_slots : 2 * slots_.size()));
  for (const std::uint64_t hash : old)
    if (hash != 0) slots_[slot_of(hash)] = hash;
}

bool TopicSet::insert(std::string_view topic) {
  if (2 * size_ >= slots_.size()) grow();
  const std::uint64_t hash = key_of(topic);
  std::uint64_t& slot = slots_[slot_of(hash)];
  if (slot != 0) return false;
  slot = hash;
  digest_ += hash;
  ++size_;
  return true;
}

bool TopicSet::contains(std::string_view topic) const {
  return size_ != 0 && slots_[slot_of(key_of(topic))] != 0;
}

}  // namespace mqtt_toolbox::retained
