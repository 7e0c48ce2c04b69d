#include "load/tracker.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace mqtt_toolbox::load {

void StreamTracker::out_of_turn(std::uint64_t sequence) {
  if (!disorder_) disorder_ = std::make_unique<Disorder>();
  auto& gaps = disorder_->gaps;
  if (gaps.size() >= most_gaps) gaps.erase(gaps.begin(), gaps.begin() + most_gaps / 2);
  if (sequence > next_) {
    add_gap(sequence);
    next_ = sequence + 1;
    return;
  }
  const auto gap = std::partition_point(gaps.begin(), gaps.end(),
                                        [sequence](const Gap& one) { return one.end <= sequence; });
  if (gap == gaps.end() || sequence < gap->begin) {
    ++disorder_->duplicated;
    return;
  }
  ++disorder_->reordered;
  --missing_;
  fill(gap, sequence);
}

void StreamTracker::add_gap(std::uint64_t end) {
  missing_ += end - next_;
  disorder_->gaps.push_back({next_, end});
}

void StreamTracker::fill(std::vector<Gap>::iterator gap, std::uint64_t sequence) {
  auto& gaps = disorder_->gaps;
  const Gap after{sequence + 1, gap->end};
  gap->end = sequence;
  const bool has_front = gap->begin < gap->end;
  const bool has_back = after.begin < after.end;
  if (has_front && has_back) {
    gaps.insert(gap + 1, after);
  } else if (has_back) {
    *gap = after;
  } else if (!has_front) {
    gaps.erase(gap);
  }
}

Delivery StreamTracker::result(std::uint64_t expected) const {
  Delivery delivery;
  delivery.expected = expected;
  delivery.lost = expected - std::min(expected, unique());
  if (disorder_) {
    delivery.duplicated = disorder_->duplicated;
    delivery.reordered = disorder_->reordered;
  }
  return delivery;
}

GroupTracker::Block& GroupTracker::block_of(std::uint64_t sequence) {
  const auto index = static_cast<std::size_t>(sequence / block_bits);
  if (index >= blocks_.size()) blocks_.resize(index + 1);
  return blocks_[index];
}

bool GroupTracker::received(std::uint64_t sequence) {
  if (sequence >= most_sequences) return false;
  Block& block = block_of(sequence);
  if (block.count == block_bits) {
    ++duplicated_;
    return false;
  }
  if (!block.bits) {
    block.bits = spare_ ? std::move(spare_) : std::make_unique<std::uint64_t[]>(block_bits / 64);
  }
  const std::uint64_t bit = sequence % block_bits;
  std::uint64_t& word = block.bits[bit / 64];
  const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
  if ((word & mask) != 0) {
    ++duplicated_;
    return false;
  }
  word |= mask;
  ++unique_;
  if (++block.count == block_bits) {
    spare_ = std::move(block.bits);
    std::fill_n(spare_.get(), block_bits / 64, 0);
  }
  return true;
}

void GroupTracker::merge(const GroupTracker& other) {
  duplicated_ += other.duplicated_;
  for (std::size_t i = 0; i < other.blocks_.size(); ++i) {
    const Block& theirs = other.blocks_[i];
    for (std::uint64_t bit = 0; theirs.count != 0 && bit < block_bits; ++bit) {
      const bool is_there =
          !theirs.bits || (theirs.bits[bit / 64] >> (bit % 64) & std::uint64_t{1}) != 0;
      if (is_there) received(i * block_bits + bit);
    }
  }
}

}  // namespace mqtt_toolbox::load
