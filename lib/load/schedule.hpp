#pragma once

#include <cstdint>

#include "base/export.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "load/plan.hpp"

namespace mqtt_toolbox::load {

/// Events at a constant rate, in integer nanoseconds from their start: event k comes at exactly
/// floor(k / rate), so that no rounding adds up and any part of them can be told on its own.
class MQTT_TOOLBOX_API Rate {
 public:
  /// Events a second, from 1e-6.
  explicit Rate(double a_second);

  /// When event `index` is due after the start.
  Duration due(std::uint64_t index) const;
  /// How many events are due up to `elapsed`, that time included.
  std::uint64_t due_by(Duration elapsed) const;

 private:
  std::uint64_t micro_events_;  ///< a second
};

/// When the messages of one of several publishers are due, from the start of the run: all
/// publishers together keep the rate. At a constant rate they take turns; with Poisson arrivals
/// each has a process of its own, which together make one of the whole rate.
class MQTT_TOOLBOX_API Schedule {
 public:
  /// Publisher `number` of `publishers`; `rate` over all of them, greater than 0.
  Schedule(Arrivals arrivals, double rate, std::uint64_t publishers, std::uint64_t number,
           std::uint64_t seed);

  /// When the next message is due.
  Duration next() const { return next_; }
  /// It was taken.
  void advance();
  std::uint64_t taken() const { return taken_; }
  /// How many messages are due up to `elapsed`, those taken included.
  std::uint64_t due_by(Duration elapsed) const;

 private:
  void wait_a_while();

  Rate rate_;
  std::uint64_t publishers_;
  std::uint64_t number_;
  std::uint64_t state_;  ///< of the random numbers
  double mean_gap_;      ///< nanoseconds; 0: constant
  std::uint64_t taken_ = 0;
  Duration next_{};
};

}  // namespace mqtt_toolbox::load
