#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/export.hpp"
#include "base/result.hpp"
#include "load/measurement.hpp"

namespace mqtt_toolbox::report {

/// The version of the document; it grows when the meaning of a field changes. Fields are only ever
/// added.
inline constexpr int document_version = 1;

/// What a plan asked for, as far as a reader of figures has to know; without secrets and payloads.
struct Setup {
  load::Scenario scenario = load::Scenario::publish;
  protocol::Version version = protocol::Version::v5;
  std::uint32_t publishers = 0;
  std::uint32_t subscribers = 0;
  std::uint32_t idle_clients = 0;
  protocol::Qos publish_qos = protocol::Qos::at_most_once;
  protocol::Qos subscribe_qos = protocol::Qos::at_most_once;
  bool retain = false;
  std::uint64_t payload_bytes = 0;  ///< the mean of the plan's payloads
  double rate = 0;                  ///< messages a second; 0: closed loop
  load::Arrivals arrivals = load::Arrivals::constant;
  double connect_rate = 0;  ///< 0: as fast as pending connects allow
  double churn_rate = 0;
  std::uint64_t messages = 0;  ///< 0: until the duration is over
  Duration duration{};
  Duration warmup{};
  Duration interval{};
  Duration drain{};
  std::uint32_t threads = 1;
  std::uint32_t run = 0;
  std::uint64_t seed = 0;
  /// Addresses of 127.0.0.0/8 that the clients were spread over without being told to; 0: none.
  std::uint32_t loopback_addresses = 0;

  std::uint32_t clients() const { return publishers + subscribers + idle_clients; }
  bool open_loop() const { return rate > 0; }
};

MQTT_TOOLBOX_API Setup setup_of(const load::Plan& plan);

/// "connect", "publish", ...
MQTT_TOOLBOX_API std::string_view name(load::Scenario scenario);
MQTT_TOOLBOX_API std::string_view name(load::Arrivals arrivals);

struct Host {
  std::string name;
  std::string kernel;  ///< "Linux 6.1.0 x86_64"
  std::uint32_t cores = 0;
  std::uint64_t file_limit = 0;  ///< open files, the soft limit; 0: not known
};

/// Of the machine that this runs on, now.
MQTT_TOOLBOX_API Host this_host();

/// An option as given. The caller masks secrets: what stands here is written out.
struct Option {
  std::string name;
  std::string value;
};

/// Whether something that was promised or asked for held.
struct Verdict {
  std::string objective;  ///< "p99<5ms", or "QoS 1: at least once"
  bool met = false;
  std::string found;  ///< "p99 was 3.20 ms"; "nothing was measured"
};

/// One generator process; a merged result has several.
struct Process {
  Host host;
  std::vector<load::WorkerUse> workers;
  bool complete = true;

  /// The share of the busiest worker's core that was used, 0 to 1.
  MQTT_TOOLBOX_API double busiest() const;
};

/// One run, whole: everything that the document holds. `measurement.plan` is not kept in the
/// document and stands at its defaults after reading; `setup` is what reports go by.
struct RunResult {
  std::string tool_version;
  std::vector<Option> options;
  Setup setup;
  load::Measurement measurement;
  std::vector<Process> processes;
  std::vector<Verdict> verdicts;  ///< of objectives; what the QoS promises is in delivery.hpp
  /// Messages a second that `calibrate` found this machine to offer with these options.
  std::optional<double> calibrated_rate;
};

/// A result of this process. Verdicts, calibrated_rate are the caller's to add.
MQTT_TOOLBOX_API RunResult make_result(load::Measurement measurement, std::string tool_version,
                                       Host host, std::vector<Option> options);

/// Messages sent (or received) a second of the measured time; 0 when there was none.
MQTT_TOOLBOX_API double sent_rate(const load::Measurement& measurement);
MQTT_TOOLBOX_API double received_rate(const load::Measurement& measurement);
/// All that load::failure_kinds count.
std::uint64_t errors(const load::Counters& counters);
/// Those of the whole run.
MQTT_TOOLBOX_API std::uint64_t errors(const load::Measurement& measurement);
/// CPU seconds of all workers.
double cpu_seconds(const load::Measurement& measurement);

/// Appends the document: one JSON object in one line, with its newline.
MQTT_TOOLBOX_API void append_json(std::string& out, const RunResult& result);

/// The same in parts, for a series that is not in memory: what comes before the intervals, then
/// these with commas in between (append_interval), then json_close.
MQTT_TOOLBOX_API void append_json_open(std::string& out, const RunResult& result);
/// `length` is the interval's own.
MQTT_TOOLBOX_API void append_interval(std::string& out, const load::Interval& interval,
                                      Duration length);
inline constexpr std::string_view json_close = "]}\n";

/// Reads a document back. ExitCode::io: not JSON, not a bench result, of another version, damaged.
/// The text does not name the file: callers put it in front.
MQTT_TOOLBOX_API Result<RunResult> parse_result(std::string_view json);

/// Reads a result file of at most 1 GiB; the error names it.
MQTT_TOOLBOX_API Result<RunResult> read_result(const std::string& path);

/// Appends one line of JSON for `--interval-json`, with its newline: type "bench_interval".
/// `length` is the interval's own, `started_unix_ns` the run's start.
MQTT_TOOLBOX_API void append_interval_json(std::string& out, const load::Interval& interval,
                                           Duration length, std::int64_t started_unix_ns);

}  // namespace mqtt_toolbox::report
