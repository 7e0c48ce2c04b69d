#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/settings.hpp"

namespace mqtt_toolbox::bench {

/// Looks for the highest rate that holds: doubles until one does not (or halves until one does),
/// then goes to the geometric middle until both are within the precision, then tries the answer
/// again as often as asked; when it fails there, the search goes on below.
class Search {
 public:
  explicit Search(const SearchPlan& plan) : plan_(plan), next_(plan.first_rate) {}

  /// The rate to try now; nullopt when the search is over.
  std::optional<double> next() const { return next_; }
  /// What became of `next()`.
  void tried(bool held);
  /// The highest rate that held each time, once the search is over; nullopt: none does.
  std::optional<double> answer() const;

  /// Rates below this one are not tried, messages a second.
  static constexpr double lowest_rate = 1;

 private:
  void held(double rate);
  void failed(double rate);
  std::optional<double> choose() const;
  bool near_enough() const;

  SearchPlan plan_;
  std::optional<double> next_;
  std::vector<double> holding_;  ///< ascending
  std::optional<double> failing_;
  std::uint32_t confirmed_ = 0;  ///< the highest of holding_
};

}  // namespace mqtt_toolbox::bench
