#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load/ranks.hpp"
#include "report/result.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::bench {

/// What one rank has measured in an interval of this length, as a result of its own, with the
/// latencies in the interval alone; without an interval only who it is.
report::RunResult part_of(const load::Plan& plan, const load::Interval* interval, Duration length);

/// The messages that a rank sends. The times in `result` count from the start barrier.
std::string message_of(const report::RunResult& result);
std::string message_of(const Error& error);

/// How much of the series: an hour's percentiles take seconds to write.
enum class Detail : std::uint8_t { counters, everything };

/// What all ranks have measured, at rank 0. The ranks' wall clocks may differ: their results give
/// times from the start barrier, which all left together.
class Gathering {
 public:
  explicit Gathering(std::uint32_t ranks) : ranks_(ranks) {}

  /// A message that came; ExitCode::io when it is none of ours. The series is made of the parts,
  /// added up as they come; a whole replaces what the parts say beside it.
  Status take(const load::RankMessage& message);
  void add_part(std::uint32_t rank, const report::RunResult& part);
  void add_whole(std::uint32_t rank, report::RunResult whole);
  void add_failure(std::uint32_t rank, Error error);

  /// Each rank is done or has failed.
  bool is_complete() const;
  bool has_failures() const;
  /// One result of all; incomplete when a rank has not come to its end. The error of the first rank
  /// when none has measured anything.
  Result<report::RunResult> result(std::int64_t barrier_unix_ns, Detail detail) const;

 private:
  struct Rank {
    std::optional<report::RunResult> parts;  ///< added up, without their intervals
    bool has_intervals = false;
    std::optional<report::RunResult> whole;
    std::optional<Error> failure;

    bool has_ended() const { return whole || failure; }
    /// The engine fails only when not one client could connect.
    bool has_measured() const { return whole || (!failure && has_intervals); }
  };

  report::RunResult result_of(const Rank& rank) const;
  std::vector<load::Interval> series(Detail detail) const;

  std::vector<Rank> ranks_;
  report::Series series_;
};

/// Appends a line for each process: its host, how busy it was, whether it came to its end.
void append_ranks(std::string& out, const report::RunResult& result);

}  // namespace mqtt_toolbox::bench
