#include "load/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

using namespace mqtt_toolbox::load;

namespace {

/// The value of that rank in sorted data, as the highest one of its cell.
std::uint64_t straightforward(const std::vector<std::uint64_t>& sorted, double percentile) {
  const double total = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(
      std::max(1.0, std::ceil(std::nextafter(percentile, 0) * total / 100.0)));
  return Histogram::highest_in(Histogram::cell_of(sorted[rank - 1]));
}

}  // namespace

TEST_CASE("cells follow each other without gap, in HdrHistogram's order") {
  CHECK(Histogram::cells() == 33'792);
  CHECK(Histogram::lowest_in(0) == 0);
  for (std::size_t cell = 1; cell < Histogram::cells(); ++cell) {
    REQUIRE(Histogram::lowest_in(cell) == Histogram::highest_in(cell - 1) + 1);
  }
  CHECK(Histogram::highest_in(Histogram::cells() - 1) >= Histogram::highest);
}

TEST_CASE("a value stands in the cell that holds it, at most 0.1 % wide") {
  for (std::uint64_t value = 1; value < Histogram::highest; value += 1 + value / 777) {
    const std::size_t cell = Histogram::cell_of(value);
    REQUIRE(cell < Histogram::cells());
    REQUIRE(Histogram::lowest_in(cell) <= value);
    REQUIRE(Histogram::highest_in(cell) >= value);
    const std::uint64_t width = Histogram::highest_in(cell) - Histogram::lowest_in(cell);
    REQUIRE(width * 1000 <= value);
  }
}

TEST_CASE("known places of HdrHistogram's counts array") {
  CHECK(Histogram::cell_of(1) == 1);
  CHECK(Histogram::cell_of(2047) == 2047);
  CHECK(Histogram::cell_of(2048) == 2048);
  CHECK(Histogram::cell_of(2050) == 2049);
  CHECK(Histogram::cell_of(4096) == 3072);
  CHECK(Histogram::cell_of(1'000'000) == 11'169);
}

TEST_CASE("percentiles are those of the sorted data") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> values;
    Histogram histogram;
    for (int i = 0; i < 50'000; ++i) {
      const std::uint64_t value = 1 + (random() >> (24 + random() % 38));
      values.push_back(value);
      histogram.record(value);
    }
    std::sort(values.begin(), values.end());
    CHECK(histogram.count() == values.size());
    CHECK(histogram.minimum() == values.front());
    CHECK(histogram.maximum() == values.back());
    for (const double p : {0.0, 0.001, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
      CAPTURE(p);
      CHECK(histogram.at_percentile(p) == straightforward(values, p));
    }
    const std::uint64_t limit = values[values.size() / 3];
    const auto end = std::upper_bound(values.begin(), values.end(),
                                      Histogram::highest_in(Histogram::cell_of(limit)));
    CHECK(histogram.count_up_to(limit) == static_cast<std::uint64_t>(end - values.begin()));
  }
}

TEST_CASE("mean and deviation are within the cells' width") {
  Histogram histogram;
  double sum = 0;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    histogram.record(i * 100'000);
    sum += static_cast<double>(i * 100'000);
  }
  CHECK(histogram.mean() == doctest::Approx(sum / 1000).epsilon(0.001));
  CHECK(histogram.standard_deviation() == doctest::Approx(28'867'499.9).epsilon(0.001));
}

TEST_CASE("values out of range count at the ends") {
  Histogram histogram;
  histogram.record(0);
  CHECK(histogram.minimum() == 1);
  histogram.record(UINT64_MAX, 3);
  CHECK(histogram.maximum() == Histogram::highest);
  CHECK(histogram.cell_count(Histogram::cell_of(Histogram::highest)) == 3);
  CHECK(histogram.count() == 4);
}

TEST_CASE("an empty histogram says 0") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.minimum() == 0);
  CHECK(histogram.maximum() == 0);
  CHECK(histogram.at_percentile(99) == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.standard_deviation() == 0);
  CHECK(histogram.cell_count(5) == 0);
  CHECK(histogram.count_up_to(1000) == 0);
}

TEST_CASE("merged, copied compactly, filled by cells, forgotten") {
  Histogram low;
  Histogram high;
  low.record(500, 10);
  high.record(7'000'000, 20);
  Histogram both = low;
  both.merge(high);
  CHECK(both.count() == 30);
  CHECK(both.minimum() == 500);
  CHECK(both.maximum() == 7'000'000);
  CHECK(both.at_percentile(50) == Histogram::highest_in(Histogram::cell_of(7'000'000)));

  Histogram compact = both.compact();
  for (std::size_t cell = 0; cell < Histogram::cells(); ++cell) {
    REQUIRE(compact.cell_count(cell) == both.cell_count(cell));
  }
  CHECK(compact.count_up_to(500) == 10);
  CHECK(compact.at_percentile(99) == both.at_percentile(99));
  CHECK(compact.mean() == both.mean());
  compact.record(100);
  compact.merge(both.compact());
  CHECK(compact.count() == 61);
  CHECK(compact.cell_count(Histogram::cell_of(500)) == 20);
  CHECK(compact.minimum() == 100);

  Histogram read;
  for (std::size_t cell = 0; cell < Histogram::cells(); ++cell) {
    read.add_to_cell(cell, both.cell_count(cell));
  }
  CHECK(read.count() == 30);
  CHECK(read.at_percentile(10) == both.at_percentile(10));
  CHECK(read.maximum() == Histogram::highest_in(Histogram::cell_of(7'000'000)));

  both.reset();
  CHECK(both.count() == 0);
  for (std::size_t cell = 0; cell < Histogram::cells(); ++cell) CHECK(both.cell_count(cell) == 0);
  both.record(9);
  CHECK(both.minimum() == 9);
}
