#pragma once

#include <functional>
#include <optional>

#include "load/flights.hpp"
#include "load/measurement.hpp"
#include "load/messages.hpp"
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
  Time next_tick = never;      ///< when the open interval ends
  std::function<void()> tick;  ///< ends it
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

  /// As load::Desk::give_up_flights.
  void give_up_flights(Time now) {
    flights.for_each([&](const load::Flight& flight) {
      if (!is_measured(flight.due)) return;
      measurement.latencies.acknowledged_from_due.record(now - flight.due);
      measurement.latencies.acknowledged_from_written.record(now - flight.written);
    });
    if (flights.size() != 0)
      fail_with(&load::Counters::unacknowledged, load::never_acknowledged(), flights.size());
  }

  /// Whether a message that was due then belongs to what is measured, or to the warm-up while that
  /// lasts.
  bool is_measured(Time due) const {
    return due < times.end && (due >= times.measured || warming_up);
  }
  std::uint64_t in_flight() const { return flights.size() - abandoned; }
  /// As load::Desk::fail_with.
  void fail_with(std::uint64_t load::Counters::*kind, const Error& error, std::uint64_t count = 1) {
    since_tick.*kind += count;
    measurement.failures[error.text] += count;
    if (!first_error) first_error = error;
  }
};

}  // namespace mqtt_toolbox::bench
