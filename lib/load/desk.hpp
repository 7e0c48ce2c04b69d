#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "load/measurement.hpp"
#include "load/prepared.hpp"
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
  double cpu = 0;  ///< of the worker's thread, seconds

  void reset() {
    counters = {};
    latencies.reset();
    cpu = 0;
  }
};

/// The times of a run, on the monotonic clock, the same for all its workers. All but the first are
/// `never` until they are known.
struct Times {
  Time started{};           ///< the run's; intervals count from here until the measured time
  Time publishing = never;  ///< the schedule's origin
  Time measured = never;    ///< the warm-up is over
  Time end = never;         ///< nothing is due from here on
};

/// A QoS 1 or 2 message without its outcome.
struct Flight {
  Time due{};
  Time written{};
};

/// Flights by number; the numbers of those that ended are used again.
class Flights {
 public:
  std::uint32_t add(Flight flight) {
    if (free_.empty()) return add_new(flight);
    const std::uint32_t number = free_.back();
    free_.pop_back();
    flights_[number] = flight;
    return number;
  }
  const Flight& at(std::uint32_t number) const { return flights_[number]; }
  void remove(std::uint32_t number) { free_.push_back(number); }
  std::size_t size() const { return flights_.size() - free_.size(); }

 private:
  std::uint32_t add_new(const Flight& flight) {
    flights_.push_back(flight);
    free_.reserve(flights_.capacity());
    return static_cast<std::uint32_t>(flights_.size() - 1);
  }

  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_;
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
  void fail_with(const Error& error);
  /// Destroys the stream once nothing of it is on the call stack.
  void retire(std::unique_ptr<transport::Stream> stream);

  bool before_measured = true;
  /// An open loop at QoS 1 or 2: TCP's acknowledgements must not wait for the next message.
  bool acknowledges_each_turn = false;

 private:
  std::vector<std::unique_ptr<transport::Stream>> retired_;
};

}  // namespace mqtt_toolbox::load
