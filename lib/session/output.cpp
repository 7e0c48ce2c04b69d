#include "session/output.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "session/memory.hpp"

namespace mqtt_toolbox::session {

namespace {
constexpr std::size_t smallest_capacity = 64;
constexpr std::size_t kept_capacity = 1u << 20;
}  // namespace

std::span<char> Output::reserve(std::size_t size) {
  if (own_capacity_ - own_end_ < size) make_room(size);
  return {own_.get() + own_end_, size};
}

void Output::make_room(std::size_t size) {
  const std::size_t used = own_end_ - own_begin_;
  // Moving is worth it only when at least as much was written since the last move.
  if (own_begin_ >= used && own_capacity_ - used >= size) {
    std::memmove(own_.get(), own_.get() + own_begin_, used);
  } else {
    const auto capacity = std::max(std::bit_ceil(used + size), smallest_capacity);
    auto bytes = std::make_unique_for_overwrite<char[]>(std::max(capacity, own_capacity_));
    if (used != 0) std::memcpy(bytes.get(), own_.get() + own_begin_, used);
    own_ = std::move(bytes);
    own_capacity_ = std::max(capacity, own_capacity_);
  }
  own_begin_ = 0;
  own_end_ = used;
}

void Output::commit(std::size_t size) {
  if (size == 0) return;
  own_end_ += size;
  pending_ += size;
  if (!segments_.empty() && segments_.back().borrowed == nullptr) {
    segments_.back().size += size;
  } else {
    add_segment({nullptr, size});
  }
}

void Output::add_segment(Segment segment) {
  // An output that never runs empty must not grow for ever.
  if (first_segment_ > 16 && first_segment_ * 2 > segments_.size()) {
    segments_.erase(segments_.begin(),
                    segments_.begin() + static_cast<std::ptrdiff_t>(first_segment_));
    first_segment_ = 0;
  }
  segments_.push_back(segment);
}

void Output::append(Bytes bytes) {
  if (bytes.empty()) return;
  std::memcpy(reserve(bytes.size()).data(), bytes.data(), bytes.size());
  commit(bytes.size());
}

void Output::borrow(Bytes bytes) {
  if (bytes.empty()) return;
  pending_ += bytes.size();
  add_segment({bytes.data(), bytes.size()});
}

std::size_t Output::gather(std::span<Bytes> pieces) const {
  const char* own = own_.get() + own_begin_;
  std::size_t count = 0;
  for (auto i = first_segment_; i < segments_.size() && count < pieces.size(); ++i) {
    const Segment& segment = segments_[i];
    pieces[count++] = Bytes(segment.borrowed != nullptr ? segment.borrowed : own, segment.size);
    if (segment.borrowed == nullptr) own += segment.size;
  }
  return count;
}

void Output::consume_front(Segment& segment, std::size_t size) {
  if (segment.borrowed != nullptr) {
    segment.borrowed += size;
  } else {
    own_begin_ += size;
  }
  segment.size -= size;
  if (segment.size == 0) ++first_segment_;
}

void Output::consume(std::size_t size) {
  pending_ -= size;
  written_ += size;
  while (size != 0) {
    Segment& segment = segments_[first_segment_];
    const std::size_t part = std::min(size, segment.size);
    consume_front(segment, part);
    size -= part;
  }
  if (pending_ == 0) become_empty();
  if (watcher_ != nullptr && pending_ <= watched_) {
    std::exchange(watcher_, nullptr)->output_drained();
  }
}

void Output::become_empty() {
  if (own_capacity_ > kept_capacity) return clear();
  own_begin_ = own_end_ = 0;
  segments_.clear();
  first_segment_ = 0;
}

void Output::clear() {
  own_.reset();
  own_capacity_ = own_begin_ = own_end_ = 0;
  give_back(segments_);
  first_segment_ = 0;
  pending_ = 0;
}

}  // namespace mqtt_toolbox::session
