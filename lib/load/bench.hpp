#pragma once

#include <functional>
#include <memory>

#include "base/export.hpp"
#include "base/result.hpp"
#include "load/measurement.hpp"
#include "load/plan.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::load {

/// A run of the load engine: worker threads, each with a loop, clients, histograms and counters of
/// its own; nothing is shared, locked, allocated or logged between two messages.
class MQTT_TOOLBOX_API Bench {
 public:
  /// Called in the calling thread's loop after each interval, with the interval and the totals of
  /// the measured time so far.
  using OnInterval = std::function<void(const Interval& interval, const Counters& total)>;

  /// Checks the plan (ExitCode::usage), resolves the broker's name once (ExitCode::unreachable),
  /// and raises the limit of open files as far as needed (ExitCode::usage when the system refuses,
  /// with the mend in the text).
  static Result<std::unique_ptr<Bench>> prepare(const Plan& plan);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Runs to the end inside `loop` and returns everything measured, also when connections failed or
  /// `stop` came. An error only when not one client could connect: ExitCode of the first cause.
  Result<Measurement> run(transport::Loop& loop, const OnInterval& on_interval);
  /// From a callback of `loop`: the measured time ends now, what is in flight is drained.
  void stop();

 private:
  struct State;
  explicit Bench(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mqtt_toolbox::load
