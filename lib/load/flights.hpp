#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace mqtt_toolbox::load {

/// A QoS 1 or 2 message without its outcome.
struct Flight {
  Time due{};
  Time written{};
};

/// Flights by number; the numbers of those that ended are used again.
class Flights {
 public:
  std::uint32_t add(Flight flight) {
    if (free_.empty()) return add_new(flight);
    const std::uint32_t number = free_.back();
    free_.pop_back();
    flights_[number] = flight;
    return number;
  }
  const Flight& at(std::uint32_t number) const { return flights_[number]; }
  void remove(std::uint32_t number) { free_.push_back(number); }
  std::size_t size() const { return flights_.size() - free_.size(); }

  /// Calls `use` with each flight that has not ended. Allocates: for the end of a run.
  template <typename Use>
  void for_each(Use use) const {
    std::vector<bool> ended(flights_.size());
    for (const std::uint32_t number : free_) ended[number] = true;
    for (std::size_t number = 0; number < flights_.size(); ++number) {
      if (!ended[number]) use(flights_[number]);
    }
  }

 private:
  std::uint32_t add_new(const Flight& flight) {
    flights_.push_back(flight);
    free_.reserve(flights_.capacity());
    return static_cast<std::uint32_t>(flights_.size() - 1);
  }

  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_;
};

}  // namespace mqtt_toolbox::load
