#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "load/histogram.hpp"
#include "load/plan.hpp"
#include "session/settings.hpp"

namespace mqtt_toolbox::load {

/// What happened, counted. Messages are application messages.
struct Counters {
  std::uint64_t connects_started = 0;
  std::uint64_t connects_succeeded = 0;
  std::uint64_t connects_failed = 0;
  std::uint64_t connections_lost = 0;  ///< after CONNACK, not by our own DISCONNECT
  std::uint64_t reconnects = 0;
  std::uint64_t due = 0;           ///< messages whose time to be sent had come
  std::uint64_t sent = 0;          ///< handed to the socket's buffer
  std::uint64_t acknowledged = 0;  ///< QoS 1 and 2: with success
  std::uint64_t refused = 0;       ///< QoS 1 and 2: with a reason code from 0x80
  /// Not sent, because a limit that the broker stated in CONNACK forbids it.
  std::uint64_t refused_here = 0;
  std::uint64_t subscriptions_refused = 0;  ///< filters, by SUBACK or by a limit of the broker
  std::uint64_t unacknowledged = 0;  ///< QoS 1 and 2: sent, and without an outcome at the end
  std::uint64_t sent_bytes = 0;      ///< payloads
  std::uint64_t received = 0;        ///< every delivery to every subscriber; of a roundtrip its own
  std::uint64_t received_bytes = 0;
  std::uint64_t foreign = 0;  ///< deliveries to a roundtrip of what it did not send

  MQTT_TOOLBOX_API void add(const Counters& other);
};

/// Nanoseconds. `due` is when the schedule wanted it, `written` when it went to the socket; in a
/// closed loop both are the same.
struct Latencies {
  Histogram resolve, connect, tls,
      connack;  ///< phases of connecting, each from the end of the last
  /// Corrected: a stall counts for all that had to wait. What was never acknowledged counts with
  /// how long it had waited at the end.
  Histogram acknowledged_from_due;
  Histogram acknowledged_from_written;  ///< uncorrected
  Histogram received_from_due;
  Histogram received_from_written;
  Histogram lateness;  ///< written minus due: the generator's own part
  /// Of each read: from the arrival in the kernel, where that is known, until it was read. What is
  /// received counts from the arrival, so that nobody is charged for the generator's waking up.
  Histogram arrival_to_read;

  void merge(const Latencies& other);
  void reset();
};

/// One interval of the series. The time is that of its end, from the start of the run.
struct Interval {
  Duration end{};
  bool warmup = false;
  Counters counters;
  Histogram acknowledged;  ///< from due
  Histogram received;      ///< from due
  std::uint64_t in_flight = 0;
  double cpu = 0;  ///< of the generator's threads, seconds

  /// Another process's interval of the same time. Its histograms own no more than they use: a long
  /// run has many.
  void add(const Interval& other);
  /// The interval before this one becomes a part of it.
  void join(const Interval& before);
};

/// What became of the messages of roundtrip streams, by subscription: a stream is one publisher's
/// messages to one topic; each subscription (or shared group) that matches expects all of them.
struct Delivery {
  std::uint64_t expected = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;  ///< came after a later message of the same stream

  MQTT_TOOLBOX_API void add(const Delivery& other);
};

/// Clients of a run that never connected.
struct NeverConnected {
  std::uint32_t clients = 0;
  std::string first;                ///< the client identifier of one of them
  ExitCode cause = ExitCode::done;  ///< the gravest of those that their last attempts failed for

  MQTT_TOOLBOX_API void add(const NeverConnected& other);
};

/// A warning about the measurement itself; each has its cause and its mend in one table
/// (warning.hpp).
enum class Warning : std::uint8_t {
  generator_busy,           ///< over 80 % of a core on some thread
  sends_late,               ///< the schedule could not be kept
  few_samples,              ///< too few values for a percentile that is reported
  reconnects,               ///< connections were lost during the measured time
  delayed_acknowledgement,  ///< latencies stand near 40 ms: TCP waits for more
  clock_step,               ///< the monotonic clock and the threads' ticks disagree
  client_limits,            ///< clients that were asked for never connected
  few_ports,                ///< connects grow slow, for want of local ports
  incomplete,               ///< ended before its time
};

/// One worker thread, for the generator's own load.
struct WorkerUse {
  double cpu = 0;        ///< seconds, user and system, of the measured time
  double wall = 0;       ///< seconds
  double run_queue = 0;  ///< seconds that it could have run, and others had the core
};

/// How late messages were written, in seconds added up over all that were due in the measured time
/// of an open loop: centuries where many waited long.
struct LateTime {
  double all = 0;
  /// While the broker took no more: a full in-flight window, a full socket, or no connection.
  double held_up = 0;

  void add(const LateTime& other) {
    all += other.all;
    held_up += other.held_up;
  }
};

/// Everything that a run found out, as plain data; of the measured time alone, without warm-up,
/// where not said otherwise.
struct Measurement {
  Plan plan;
  Duration measured{};               ///< how long the measured time was
  std::int64_t started_unix_ns = 0;  ///< wall time of the start; set by the caller
  bool interrupted = false;
  Counters counters;
  Counters whole_run;  ///< warm-up and drain included
  Latencies latencies;
  std::vector<Interval> intervals;
  Delivery delivery;                              ///< of the whole run
  std::map<std::string, std::uint64_t> failures;  ///< what failure_kinds count, by reason
  session::ServerLimits broker;                   ///< of the first CONNACK
  std::uint32_t clients_connected = 0;            ///< at the end of connecting
  NeverConnected never_connected;
  Duration connecting{};  ///< from the start until the outcome of every client's first attempt
  std::vector<WorkerUse> workers;
  LateTime late;
  double steal = 0;  ///< the share of this machine's time that its host gave to others, 0 to 1
  std::vector<Warning> warnings;
};

}  // namespace mqtt_toolbox::load
