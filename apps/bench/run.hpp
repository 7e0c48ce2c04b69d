#pragma once

#include <memory>
#include <optional>

#include "bench/exposition_server.hpp"
#include "bench/recorder.hpp"
#include "bench/runner.hpp"
#include "bench/settings.hpp"
#include "console/interrupts.hpp"
#include "console/output.hpp"
#include "console/tool.hpp"
#include "report/prometheus.hpp"
#include "report/result.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::bench {

/// Threads, the run's number and the seed, where they were not given; and the version of the
/// protocol, which a first client finds out under "auto". Says so in `work`.
void settle(console::World& world, Settings& settings);

/// Others that a run goes together with.
class Company {
 public:
  virtual ~Company() = default;
  /// Everything is prepared; returns when all may start.
  virtual Status before_start() = 0;
  virtual void on_interval(const load::Interval& interval, Duration length) = 0;
  virtual void on_signal(int number) = 0;
};

/// One run with what is to be seen of it meanwhile: the live line, intervals as
/// lines, live metrics. SIGINT and SIGTERM end it early.
class Run {
 public:
  Run(console::World& world, const Settings& settings, const load::Plan& plan,
      Company* company = nullptr, Recorder* recorder = nullptr);

  /// Waits for the time of --start-at, then measures. Also what was measured before a signal came
  /// is a result. Errors: ExitCode of the engine; ExitCode::io of --prometheus.
  Result<report::RunResult> measure();
  /// The signal that ended it, 0 for none.
  int signal() const { return interrupts_.received(); }

 private:
  Status open_exposition();
  Status wait_for_start();
  void interval_ended(const load::Interval& interval, const load::Counters& total);
  void show_line(const load::Interval& interval, const load::Counters& total, Duration length);
  void tell_password_failure();
  void clear_line();

  console::World& world_;
  const Settings& settings_;
  const load::Plan& plan_;
  Company* company_;
  Recorder* recorder_;
  report::Setup setup_;
  console::Interrupts interrupts_;
  console::Output output_;
  report::Exposition exposition_;
  std::unique_ptr<ExpositionServer> server_;
  std::unique_ptr<Runner> runner_;
  report::IntervalLengths lengths_;
  std::int64_t started_unix_ns_ = 0;
  bool live_ = false;  ///< standard error is a terminal
};

/// The options as given, secrets masked.
std::vector<report::Option> shown_options(const Settings& settings);

}  // namespace mqtt_toolbox::bench
