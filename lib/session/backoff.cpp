#include "session/backoff.hpp"

#include <algorithm>

namespace mqtt_toolbox::session {

Duration Backoff::next(Random& random) {
  Duration longest = settings_.initial;
  for (std::uint32_t i = 0; i < made_ && longest < settings_.maximum; ++i) longest *= 2;
  longest = std::min(longest, settings_.maximum);
  ++made_;
  // The standard distributions differ between libraries; the same seed must give the same waits.
  const auto spread = static_cast<std::uint64_t>((longest - longest / 2).count()) + 1;
  return longest / 2 + Duration(static_cast<Duration::rep>(random() % spread));
}

}  // namespace mqtt_toolbox::session
