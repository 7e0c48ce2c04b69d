#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace mqtt_toolbox::load {

namespace {

// HdrHistogram's layout for three significant digits: 2048 cells of one nanosecond, then for each
// doubling of the value 1024 cells, each twice as wide as before.
constexpr unsigned half_bits = 10;
constexpr std::uint64_t half = 1u << half_bits;
constexpr std::uint64_t first_cells = 2 * half;

constexpr std::size_t doublings() {
  std::size_t count = 1;
  for (auto end = first_cells; end <= Histogram::highest; end *= 2) ++count;
  return count;
}

constexpr std::size_t cell_total = (doublings() + 1) * half;

/// How often the width of the cell is doubled.
constexpr unsigned doublings_of(std::size_t cell) {
  return cell < first_cells ? 0 : static_cast<unsigned>(cell >> half_bits) - 1;
}

/// The cell with the value of that rank, counted from 1.
std::uint64_t rank_of(double percentile, std::uint64_t total) {
  // As HdrHistogram does it, lest 99.9 per cent of 1000 values be one more than 999.
  const double below = std::nextafter(percentile, -std::numeric_limits<double>::infinity());
  const double wanted = std::clamp(below, 0.0, 100.0) * static_cast<double>(total) / 100.0;
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(wanted)));
}

}  // namespace

std::size_t Histogram::cells() {
  return cell_total;
}

std::size_t Histogram::cell_of(std::uint64_t nanoseconds) {
  const std::uint64_t value = std::clamp<std::uint64_t>(nanoseconds, 1, highest);
  const auto doubled = static_cast<unsigned>(std::bit_width(value | (first_cells - 1))) - 11;
  return (static_cast<std::size_t>(doubled) << half_bits) +
         static_cast<std::size_t>(value >> doubled);
}

std::uint64_t Histogram::lowest_in(std::size_t cell) {
  const unsigned doubled = doublings_of(cell);
  const std::uint64_t steps = cell - (static_cast<std::uint64_t>(doubled) << half_bits);
  return steps << doubled;
}

std::uint64_t Histogram::highest_in(std::size_t cell) {
  return lowest_in(cell) + (1ull << doublings_of(cell)) - 1;
}

void Histogram::reserve() {
  if (counts_.size() == cell_total) return;
  std::vector<std::uint64_t> all(cell_total);
  std::copy(counts_.begin(), counts_.end(), all.begin() + static_cast<std::ptrdiff_t>(first_));
  counts_ = std::move(all);
  first_ = 0;
}

void Histogram::count_in(std::size_t cell, std::uint64_t count) {
  if (counts_.size() != cell_total) reserve();
  counts_[cell] += count;
  count_ += count;
}

void Histogram::record(std::uint64_t nanoseconds, std::uint64_t count) {
  if (count == 0) return;
  const std::uint64_t value = std::clamp<std::uint64_t>(nanoseconds, 1, highest);
  count_in(cell_of(value), count);
  minimum_ = std::min(minimum_, value);
  maximum_ = std::max(maximum_, value);
}

void Histogram::add_to_cell(std::size_t cell, std::uint64_t count) {
  if (count == 0) return;
  cell = std::max(cell, cell_of(0));
  count_in(cell, count);
  minimum_ = std::min(minimum_, lowest_in(cell));
  maximum_ = std::max(maximum_, highest_in(cell));
}

std::span<const std::uint64_t> Histogram::used() const {
  if (count_ == 0) return {};
  const std::size_t begin = cell_of(minimum_) - first_;
  return std::span(counts_).subspan(begin, cell_of(maximum_) - first_ + 1 - begin);
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  reserve();
  std::size_t cell = cell_of(other.minimum_);
  for (const std::uint64_t count : other.used()) counts_[cell++] += count;
  count_ += other.count_;
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
}

void Histogram::reset() {
  if (count_ != 0) {
    const auto begin = counts_.begin() + static_cast<std::ptrdiff_t>(cell_of(minimum_) - first_);
    std::fill_n(begin, used().size(), 0);
  }
  count_ = 0;
  minimum_ = UINT64_MAX;
  maximum_ = 0;
}

Histogram Histogram::compact() const {
  Histogram copy;
  copy.count_ = count_;
  copy.minimum_ = minimum_;
  copy.maximum_ = maximum_;
  if (count_ == 0) return copy;
  copy.first_ = cell_of(minimum_);
  copy.counts_.assign(used().begin(), used().end());
  return copy;
}

double Histogram::mean() const {
  if (count_ == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const std::size_t cell = first_ + i;
    const double middle = static_cast<double>(lowest_in(cell) + highest_in(cell)) / 2;
    sum += middle * static_cast<double>(counts_[i]);
  }
  return sum / static_cast<double>(count_);
}

double Histogram::standard_deviation() const {
  if (count_ == 0) return 0;
  const double average = mean();
  double squares = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const std::size_t cell = first_ + i;
    const double away = static_cast<double>(lowest_in(cell) + highest_in(cell)) / 2 - average;
    squares += away * away * static_cast<double>(counts_[i]);
  }
  return std::sqrt(squares / static_cast<double>(count_));
}

std::uint64_t Histogram::at_percentile(double percentile) const {
  if (count_ == 0) return 0;
  std::uint64_t left = rank_of(percentile, count_);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] >= left) return highest_in(first_ + i);
    left -= counts_[i];
  }
  return maximum_;
}

std::uint64_t Histogram::count_up_to(std::uint64_t nanoseconds) const {
  const std::size_t last = cell_of(nanoseconds);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts_.size() && first_ + i <= last; ++i) sum += counts_[i];
  return sum;
}

}  // namespace mqtt_toolbox::load
