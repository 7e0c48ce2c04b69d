#pragma once

#include <optional>

#include "load/flights.hpp"
#include "load/measurement.hpp"
#include "load/prepared.hpp"
#include "load/times.hpp"
#include "transport/loop.hpp"

namespace mqtt_toolbox::bench {

/// What all clients of a run through an engine share: one thread, one account.
struct EngineAccount {
  EngineAccount(transport::Loop& its_loop, const load::Prepared& prepared)
      : loop(its_loop), run(prepared), payloads(prepared.plan.publishing.payloads) {
    measurement.plan = prepared.plan;
  }

  transport::Loop& loop;
  const load::Prepared& run;
  SystemClock clock;
  load::Times times;
  load::Measurement measurement;
  load::Counters since_tick;     ///< not yet in an interval
  load::Histogram acknowledged;  ///< of the open interval, from due
  load::Histogram received;      ///< likewise
  load::Flights flights;
  /// Flights of clients that will not connect again.
  std::uint64_t abandoned = 0;
  std::uint64_t matched = 0;
  std::vector<std::string> payloads;
  std::optional<Error> first_error;
  bool warming_up = true;

  /// Whether a message that was due then belongs to what is measured, or to the warm-up while that
  /// lasts.
  bool is_measured(Time due) const {
    return due < times.end && (due >= times.measured || warming_up);
  }
  std::uint64_t in_flight() const { return flights.size() - abandoned; }
  void fail_with(const Error& error) {
    ++measurement.failures[error.text];
    if (!first_error) first_error = error;
  }
};

}  // namespace mqtt_toolbox::bench
