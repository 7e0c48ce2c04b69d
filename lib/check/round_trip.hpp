#pragma once

#include <mutex>
#include <optional>

#include "base/time.hpp"

namespace mqtt_toolbox::check {

/// How long the way to the broker and back takes, as it is seen during a run: with the load of the
/// broker and of this machine. Used from any thread.
class RoundTrip {
 public:
  /// From a packet that a broker answers at once to its answer.
  void note(Duration seen);
  /// What hardly any takes longer: the smoothed mean and four deviations, as TCP has them for its
  /// retransmissions (RFC 6298 section 2). 0 before anything was seen, at most `most`.
  Duration bound() const;

  /// A broker that answers late on purpose is not waited for without end.
  static constexpr Duration most = std::chrono::seconds(2);

 private:
  mutable std::mutex mutex_;
  std::optional<Duration> mean_;
  Duration deviation_{};
};

}  // namespace mqtt_toolbox::check
