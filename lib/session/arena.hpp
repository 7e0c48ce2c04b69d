#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace mqtt_toolbox::session {

/// A ring of bytes for encoded packets, each contiguous, given back in the order they came. Grows
/// by doubling up to the largest power of two within its bound; a larger packet is taken only when
/// there is no other. A position is valid until released, also when the ring has grown.
class Arena {
 public:
  explicit Arena(std::size_t bound);

  bool fits(std::size_t size) const;

  /// `size` contiguous bytes, which must fit; `commit` says how many were used, and their position.
  std::span<char> reserve(std::size_t size);
  std::uint64_t commit(std::size_t size);

  char* at(std::uint64_t position) { return bytes_.get() + offset(position); }
  const char* at(std::uint64_t position) const { return bytes_.get() + offset(position); }

  /// Position of the next packet, which is not yet there.
  std::uint64_t end() const { return end_; }
  /// Gives back everything before `position`.
  void release_to(std::uint64_t position);
  void clear() { release_to(end_); }
  /// Gives the memory back when empty.
  void release_memory();
  /// Bytes not given back, with what packets could not fill.
  std::size_t used() const { return static_cast<std::size_t>(end_ - begin_); }

 private:
  std::size_t offset(std::uint64_t position) const {
    return static_cast<std::size_t>(position - base_) & (capacity_ - 1);
  }
  std::uint64_t start_of_next(std::size_t size) const;
  bool fits_without_growing(std::size_t size) const;
  std::size_t grown_capacity(std::size_t size) const;
  void grow(std::size_t size);

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;  ///< a power of two, or 0
  std::size_t limit_;         ///< a power of two
  std::uint64_t base_ = 0;    ///< the position at offset 0
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace mqtt_toolbox::session
