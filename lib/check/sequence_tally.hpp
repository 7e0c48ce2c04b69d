#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mqtt_toolbox::check {

/// The messages of a numbered stream as they arrive; their payloads are the numbers from 1 on.
class SequenceTally {
 public:
  explicit SequenceTally(std::size_t sent) : times_(sent) {}

  /// A payload that is no number of the stream does not count.
  void take(std::string_view payload);

  std::size_t sent() const { return times_.size(); }
  /// Different ones.
  std::size_t arrived() const;
  std::vector<std::size_t> lost() const;
  /// More than once.
  std::vector<std::size_t> repeated() const;
  /// The first number that first came after a higher one.
  std::optional<std::size_t> late() const { return late_; }
  /// How often that number came.
  std::size_t times(std::size_t number) const { return times_[number - 1]; }

  /// "20 of 20 arrived, more than once: 3, 4; missing: 7"
  std::string text() const;

 private:
  std::vector<std::size_t> times_;
  std::size_t highest_ = 0;
  std::optional<std::size_t> late_;
};

/// The number that the payload of a message is; none when it is no number from 1 to `most`.
std::optional<std::size_t> number_of(std::string_view payload, std::size_t most);

/// "3, 4, 7 and 12 more"
std::string list_of(std::span<const std::size_t> numbers);

/// Jain's index of fairness: 1 when all shares are equal, 1/n when one of n has everything, and 1
/// where there is nothing to share.
double fairness(std::span<const std::size_t> shares);

/// "7 + 7 + 6, fairness 0.99"
std::string distribution(std::span<const std::size_t> shares);

}  // namespace mqtt_toolbox::check
