#pragma once

#include <optional>

#include "bench/settings.hpp"
#include "bench/spool.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::bench {

/// The intervals of a run, which go to a file one by one, so that memory does not grow with the
/// run; and the texts that are made with them in the end.
class Recorder {
 public:
  /// Keeps what `outlets` ask for; ExitCode::io.
  static Result<Recorder> create(const Outlets& outlets);

  void add(const load::Interval& interval, Duration length);

  /// The document, as report::append_json with all these intervals; also an error of `add`, once
  /// everything that there is has gone to `sink`.
  Status write_document(const report::RunResult& result, const TextSink& sink) const;
  /// Likewise the log of report::append_hdr_log.
  Status write_hdr_log(const report::RunResult& result, const TextSink& sink) const;

 private:
  std::optional<Spool> document_;
  std::optional<Spool> hdr_log_;
  std::optional<Duration> measured_start_;  ///< where the first interval after the warm-up began
  std::string entry_;
};

}  // namespace mqtt_toolbox::bench
