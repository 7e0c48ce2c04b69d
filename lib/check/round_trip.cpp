#include "check/round_trip.hpp"

#include <algorithm>

namespace mqtt_toolbox::check {

void RoundTrip::note(Duration seen) {
  const std::lock_guard lock(mutex_);
  if (!mean_) {
    mean_ = seen;
    deviation_ = seen / 2;
    return;
  }
  deviation_ += (std::chrono::abs(*mean_ - seen) - deviation_) / 4;
  *mean_ += (seen - *mean_) / 8;
}

Duration RoundTrip::bound() const {
  const std::lock_guard lock(mutex_);
  return std::min(most, mean_.value_or(Duration{}) + 4 * deviation_);
}

}  // namespace mqtt_toolbox::check
