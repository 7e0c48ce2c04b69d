#include "session/arena.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace mqtt_toolbox::session {

namespace {
constexpr std::size_t smallest_capacity = 256;
}

Arena::Arena(std::size_t bound) : limit_(std::bit_floor(std::max(bound, smallest_capacity))) {}

std::uint64_t Arena::start_of_next(std::size_t size) const {
  const std::size_t at_end = offset(end_);
  return at_end + size > capacity_ ? end_ + (capacity_ - at_end) : end_;
}

bool Arena::fits_without_growing(std::size_t size) const {
  return capacity_ != 0 && start_of_next(size) + size - begin_ <= capacity_;
}

std::size_t Arena::grown_capacity(std::size_t size) const {
  return std::max({std::bit_ceil(used() + size), capacity_ * 2, smallest_capacity});
}

bool Arena::fits(std::size_t size) const {
  if (used() == 0) return true;
  if (used() + size > limit_) return false;
  return fits_without_growing(size) || grown_capacity(size) <= limit_;
}

std::span<char> Arena::reserve(std::size_t size) {
  if (!fits_without_growing(size)) grow(size);
  end_ = start_of_next(size);
  return {at(end_), size};
}

std::uint64_t Arena::commit(std::size_t size) {
  const std::uint64_t position = end_;
  end_ += size;
  return position;
}

void Arena::grow(std::size_t size) {
  const std::size_t capacity = grown_capacity(size);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  const std::size_t front = used() == 0 ? 0 : std::min(used(), capacity_ - offset(begin_));
  if (front != 0) {
    std::memcpy(bytes.get(), at(begin_), front);
    std::memcpy(bytes.get() + front, bytes_.get(), used() - front);
  }
  bytes_ = std::move(bytes);
  capacity_ = capacity;
  base_ = begin_;
}

void Arena::release_to(std::uint64_t position) {
  begin_ = position;
  if (used() != 0) return;
  base_ = end_;
  if (capacity_ > limit_) release_memory();
}

void Arena::release_memory() {
  if (used() != 0) return;
  bytes_.reset();
  capacity_ = 0;
}

}  // namespace mqtt_toolbox::session
