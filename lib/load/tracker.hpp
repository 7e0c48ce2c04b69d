#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/export.hpp"
#include "load/measurement.hpp"

namespace mqtt_toolbox::load {

/// What arrived of one stream at one subscription: its sequence numbers, counted from 0. Exact as
/// long as no more than `most_gaps` runs of numbers are missing at once; then the oldest half of
/// them counts as lost for good, and what still comes of it as duplicated. Allocates only when
/// numbers are missing.
class MQTT_TOOLBOX_API StreamTracker {
 public:
  static constexpr std::size_t most_gaps = 4096;

  void received(std::uint64_t sequence) {
    if (sequence == next_) {
      ++next_;
    } else {
      out_of_turn(sequence);
    }
  }

  /// Different numbers that arrived.
  std::uint64_t unique() const { return next_ - missing_; }
  /// With `expected` messages sent in all.
  Delivery result(std::uint64_t expected) const;

 private:
  struct Gap {
    std::uint64_t begin;
    std::uint64_t end;
  };
  struct Disorder {
    std::vector<Gap> gaps;  ///< ascending
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
  };

  void out_of_turn(std::uint64_t sequence);
  void add_gap(std::uint64_t end);
  void fill(std::vector<Gap>::iterator gap, std::uint64_t sequence);

  std::uint64_t next_ = 0;     ///< one more than the highest that arrived
  std::uint64_t missing_ = 0;  ///< below `next_`
  std::unique_ptr<Disorder> disorder_;
};

/// What arrived of one stream at the members of a shared subscription on one worker: the numbers
/// themselves, because each member sees only some. A bit a message, in blocks that go when full.
class GroupTracker {
 public:
  /// A number from here on comes from no run of ours and is ignored.
  static constexpr std::uint64_t most_sequences = std::uint64_t{1} << 38;

  /// False when it had arrived already.
  bool received(std::uint64_t sequence);
  /// Adds what members elsewhere received; what both did is duplicated.
  void merge(const GroupTracker& other);

  std::uint64_t unique() const { return unique_; }
  std::uint64_t duplicated() const { return duplicated_; }

 private:
  static constexpr std::uint64_t block_bits = 1u << 16;
  struct Block {
    std::unique_ptr<std::uint64_t[]> bits;  ///< none: nothing arrived, or all did
    std::uint32_t count = 0;
  };

  Block& block_of(std::uint64_t sequence);

  std::vector<Block> blocks_;
  std::unique_ptr<std::uint64_t[]> spare_;
  std::uint64_t unique_ = 0;
  std::uint64_t duplicated_ = 0;
};

}  // namespace mqtt_toolbox::load
