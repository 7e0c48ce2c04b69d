#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "load/flights.hpp"
#include "load/measurement.hpp"
#include "load/prepared.hpp"
#include "load/times.hpp"
#include "load/tracker.hpp"
#include "session/settings.hpp"
#include "transport/loop.hpp"
#include "transport/stream.hpp"

namespace mqtt_toolbox::load {

/// What a worker counted since its last report.
struct Report {
  std::uint32_t worker = 0;
  Time end{};  ///< of the time it speaks of
  Counters counters;
  Latencies latencies;
  std::uint64_t in_flight = 0;
  double cpu = 0;        ///< of the worker's thread, seconds
  double run_queue = 0;  ///< likewise: as in WorkerUse
  LateTime late;

  void reset() {
    counters = {};
    latencies.reset();
    cpu = run_queue = 0;
    late = {};
  }
};

/// What all clients of one worker share; touched by its thread alone.
struct Desk {
  Desk(const Prepared& prepared, std::uint32_t worker);

  const Prepared& run;
  transport::Loop loop;
  SystemClock clock;
  Random random;
  Times times;
  Report* report = nullptr;  ///< being written
  Time next_tick = never;    ///< when it is complete
  std::function<void()> tick;
  Flights flights;
  std::vector<char> buffer;  ///< what one read brings
  /// Addresses with the one in front that answered last.
  std::vector<transport::Address> addresses;
  /// The plan's payloads, their first bytes written over for each message.
  std::vector<std::string> payloads;
  /// By group and by the stream's place in it: what this worker's members received.
  std::vector<std::vector<GroupTracker>> groups;
  /// Deliveries of measured messages, each counted once.
  std::uint64_t matched = 0;
  /// Flights of clients that will not connect again.
  std::uint64_t abandoned = 0;
  std::map<std::string, std::uint64_t> failures;
  /// Messages that the broker refused, by reason code: counted in the hot loop, told at the end.
  std::array<std::uint64_t, 256> refusals{};
  std::optional<session::ServerLimits> broker;  ///< of the first CONNACK
  std::optional<Error> first_error;

  Counters& counters() { return report->counters; }
  Latencies& latencies() { return report->latencies; }
  /// Whether a message that was due then belongs to what is measured (or to the warm-up, while it
  /// lasts).
  bool is_measured(Time due) const {
    return due < times.end && (due >= times.measured || before_measured);
  }
  /// To be called with each time read, so that nothing counts for an interval that is over.
  void passed(Time now) {
    if (now >= next_tick) tick();
  }
  std::uint64_t in_flight() const { return flights.size() - abandoned; }
  /// Enters a failure of this kind (one of failure_kinds) with its reason.
  void fail_with(std::uint64_t Counters::*kind, const Error& error, std::uint64_t count = 1);
  /// Enters what was never acknowledged, and charges it to the latencies.
  void give_up_flights(Time now);
  /// With what `refusals` hold.
  std::map<std::string, std::uint64_t> all_failures() const;
  /// Destroys the stream once nothing of it is on the call stack.
  void retire(std::unique_ptr<transport::Stream> stream);

  bool before_measured = true;
  /// An open loop at QoS 1 or 2: TCP's acknowledgements must not wait for the next message.
  bool acknowledges_each_turn = false;

 private:
  std::vector<std::unique_ptr<transport::Stream>> retired_;
};

}  // namespace mqtt_toolbox::load
