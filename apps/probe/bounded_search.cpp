#include "probe/bounded_search.hpp"

#include <algorithm>

namespace mqtt_toolbox::probe {

namespace {

/// Between one that works and one that does not.
Largest bisect(std::uint64_t good, std::uint64_t bad, const Works& works) {
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    const auto answer = works(middle);
    if (!answer) return {good, true};
    (*answer ? good : bad) = middle;
  }
  return {good, false};
}

}  // namespace

Largest largest_that_works(std::uint64_t first, std::uint64_t bound, const Works& works) {
  std::uint64_t good = 0;
  std::uint64_t next = std::clamp<std::uint64_t>(first, 1, std::max<std::uint64_t>(bound, 1));
  while (good < bound) {
    const auto answer = works(next);
    if (!answer) return {good, true};
    if (!*answer) return bisect(good, next, works);
    good = next;
    next = next > bound / 2 ? bound : next * 2;
  }
  return {good, true};
}

}  // namespace mqtt_toolbox::probe
