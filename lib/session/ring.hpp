#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace mqtt_toolbox::session {

/// A queue whose elements keep their sequence number for life, so that a number finds its element
/// by arithmetic. Owns memory from the first element on and keeps it until `release_memory`.
template <typename T>
class Ring {
 public:
  /// Sequence numbers of the oldest element and of the next one to be pushed.
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  bool empty() const { return begin_ == end_; }

  T& at(std::uint64_t sequence) { return slots_[sequence & (capacity_ - 1)]; }
  const T& at(std::uint64_t sequence) const { return slots_[sequence & (capacity_ - 1)]; }

  T& push(const T& element) {
    if (size() == capacity_) grow();
    return slots_[end_++ & (capacity_ - 1)] = element;
  }
  void pop() { ++begin_; }
  /// While empty: the sequence number of the next element.
  void start_at(std::uint64_t sequence) { begin_ = end_ = sequence; }
  void clear() { begin_ = end_; }

  /// Gives the memory back when empty.
  void release_memory() {
    if (!empty()) return;
    slots_.reset();
    capacity_ = 0;
  }

 private:
  void grow() {
    const std::size_t capacity = capacity_ == 0 ? 8 : capacity_ * 2;
    auto slots = std::make_unique<T[]>(capacity);
    for (auto sequence = begin_; sequence != end_; ++sequence) {
      slots[sequence & (capacity - 1)] = at(sequence);
    }
    slots_ = std::move(slots);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> slots_;
  std::size_t capacity_ = 0;  ///< a power of two, or 0
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace mqtt_toolbox::session
