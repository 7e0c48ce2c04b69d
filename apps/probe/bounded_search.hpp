#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace mqtt_toolbox::probe {

/// What a search came to.
struct Largest {
  std::uint64_t value = 0;  ///< the largest that works; 0: none was found
  /// Larger ones may work too: the bound was reached, or the search had to stop.
  bool at_least = false;
};

/// Whether a size works; none: the search has to stop here.
using Works = std::function<std::optional<bool>(std::uint64_t)>;

/// The largest number from 1 to `bound` that works, where every smaller one works too: doubles from
/// `first` until one does not, then bisects. At most 2 * log2(bound) calls.
Largest largest_that_works(std::uint64_t first, std::uint64_t bound, const Works& works);

}  // namespace mqtt_toolbox::probe
