#include "check/sequence_tally.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace mqtt_toolbox::check {

namespace {

/// As many as a line for people bears.
constexpr std::size_t most_listed = 8;

template <typename Is>
std::vector<std::size_t> numbers_where(const std::vector<std::size_t>& times, Is is) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < times.size(); ++i)
    if (is(times[i])) numbers.push_back(i + 1);
  return numbers;
}

}  // namespace

std::optional<std::size_t> number_of(std::string_view payload, std::size_t most) {
  const auto number = parse_unsigned(payload, 1, most);
  return number ? std::optional<std::size_t>(*number) : std::nullopt;
}

void SequenceTally::take(std::string_view payload) {
  const auto number = number_of(payload, sent());
  if (!number) return;
  const bool is_first = times_[*number - 1]++ == 0;
  if (is_first && *number < highest_ && !late_) late_ = *number;
  highest_ = std::max(highest_, *number);
}

std::size_t SequenceTally::arrived() const {
  return sent() - lost().size();
}

std::vector<std::size_t> SequenceTally::lost() const {
  return numbers_where(times_, [](std::size_t times) { return times == 0; });
}

std::vector<std::size_t> SequenceTally::repeated() const {
  return numbers_where(times_, [](std::size_t times) { return times > 1; });
}

std::string SequenceTally::text() const {
  std::string text = fmt::format("{} of {} arrived", arrived(), sent());
  if (const auto twice = repeated(); !twice.empty())
    text += fmt::format(", more than once: {}", list_of(twice));
  if (const auto missing = lost(); !missing.empty() && missing.size() != sent())
    text += fmt::format("; missing: {}", list_of(missing));
  return text;
}

std::string list_of(std::span<const std::size_t> numbers) {
  const auto listed = numbers.first(std::min(numbers.size(), most_listed));
  std::string text = fmt::format("{}", fmt::join(listed, ", "));
  if (numbers.size() > most_listed)
    text += fmt::format(" and {} more", numbers.size() - most_listed);
  return text;
}

double fairness(std::span<const std::size_t> shares) {
  double sum = 0;
  double squares = 0;
  for (const std::size_t share : shares) {
    sum += static_cast<double>(share);
    squares += static_cast<double>(share) * static_cast<double>(share);
  }
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

std::string distribution(std::span<const std::size_t> shares) {
  return fmt::format("{}, fairness {:.2f}", fmt::join(shares, " + "), fairness(shares));
}

}  // namespace mqtt_toolbox::check
