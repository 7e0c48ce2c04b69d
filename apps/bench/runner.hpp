#pragma once

#include <functional>

#include "base/result.hpp"
#include "load/measurement.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::bench {

/// What makes a measurement out of a plan.
class Runner {
 public:
  using OnInterval =
      std::function<void(const load::Interval& interval, const load::Counters& total)>;

  virtual ~Runner() = default;
  /// As load::Bench::run.
  virtual Result<load::Measurement> run(transport::Loop& loop, const OnInterval& on_interval) = 0;
  /// As load::Bench::stop.
  virtual void stop() = 0;
};

}  // namespace mqtt_toolbox::bench
