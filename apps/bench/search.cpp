#include "bench/search.hpp"

#include <algorithm>
#include <cmath>

namespace mqtt_toolbox::bench {

void Search::tried(bool was_held) {
  if (was_held)
    held(*next_);
  else
    failed(*next_);
  next_ = choose();
}

void Search::held(double rate) {
  if (!holding_.empty() && holding_.back() == rate) {
    ++confirmed_;
    return;
  }
  holding_.push_back(rate);
  confirmed_ = 0;
}

/// A rate that held before and now does not is no answer.
void Search::failed(double rate) {
  failing_ = rate;
  while (!holding_.empty() && holding_.back() >= rate) holding_.pop_back();
  confirmed_ = 0;
}

bool Search::near_enough() const {
  if (!failing_) return holding_.back() >= plan_.highest_rate;
  return *failing_ <= holding_.back() * (1 + plan_.precision);
}

std::optional<double> Search::choose() const {
  if (holding_.empty()) {
    const double lower = *failing_ / 2;
    if (*failing_ <= lowest_rate) return std::nullopt;
    return std::max(lower, lowest_rate);
  }
  if (!near_enough())
    return failing_ ? std::sqrt(holding_.back() * *failing_)
                    : std::min(holding_.back() * 2, plan_.highest_rate);
  if (confirmed_ < plan_.repeats) return holding_.back();
  return std::nullopt;
}

std::optional<double> Search::answer() const {
  if (holding_.empty()) return std::nullopt;
  return holding_.back();
}

}  // namespace mqtt_toolbox::bench
