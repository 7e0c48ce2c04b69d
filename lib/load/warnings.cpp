#include "load/warnings.hpp"

#include <algorithm>

#include "load/lateness.hpp"
#include "load/source_addresses.hpp"

namespace mqtt_toolbox::load {

namespace {

/// A kernel holds an acknowledgement back for 40 ms in the hope of data to send it with.
constexpr std::uint64_t delayed_from = 38'000'000;
constexpr std::uint64_t delayed_to = 46'000'000;
constexpr Duration largest_clock_error = std::chrono::milliseconds(20);

bool is_busy(const Measurement& measurement) {
  return std::any_of(measurement.workers.begin(), measurement.workers.end(),
                     [](const WorkerUse& use) { return use.cpu > busy_share * use.wall; });
}

bool are_sends_late(const Measurement& measurement) {
  if (measurement.plan.publishing.rate <= 0) return false;
  const Counters& counters = measurement.counters;
  const std::uint64_t done = counters.sent + counters.refused_here;
  const bool unsent = done + counters.due / 100 < counters.due;
  const LateCause cause = main_cause(measurement).cause;
  const bool by_others = cause == LateCause::machine || cause == LateCause::host;
  const auto limit =
      static_cast<std::uint64_t>((by_others ? late_among_others : late_sends).count());
  return unsent || measurement.latencies.lateness.at_percentile(99) > limit;
}

bool has_few(const Histogram& histogram) {
  return histogram.count() != 0 && histogram.count() < enough_samples;
}

bool has_few_samples(const Latencies& latencies) {
  return has_few(latencies.acknowledged_from_due) || has_few(latencies.received_from_due);
}

/// A fifth of all values where a timer of the kernel puts them.
bool stands_at_delay(const Histogram& histogram) {
  const std::uint64_t there =
      histogram.count_up_to(delayed_to) - histogram.count_up_to(delayed_from);
  return there * 5 > histogram.count();
}

bool has_few_ports(const Plan& plan, std::uint32_t clients) {
  if (!plan.clients.transport.unix_path.empty()) return false;
  const std::size_t addresses = std::max<std::size_t>(1, plan.clients.source_addresses.size());
  return clients > addresses * quick_connects(local_ports());
}

}  // namespace

std::vector<Warning> warnings_of(const Measurement& measurement, std::uint32_t clients,
                                 bool incomplete, Duration clock_error) {
  const Latencies& latencies = measurement.latencies;
  std::vector<Warning> warnings;
  const auto add = [&](bool is_so, Warning warning) {
    if (is_so) warnings.push_back(warning);
  };
  add(is_busy(measurement), Warning::generator_busy);
  add(are_sends_late(measurement), Warning::sends_late);
  add(has_few_samples(latencies), Warning::few_samples);
  add(measurement.counters.connections_lost != 0, Warning::reconnects);
  add(stands_at_delay(latencies.acknowledged_from_written) ||
          stands_at_delay(latencies.received_from_written),
      Warning::delayed_acknowledgement);
  add(clock_error > largest_clock_error, Warning::clock_step);
  add(measurement.never_connected.clients != 0, Warning::client_limits);
  add(has_few_ports(measurement.plan, clients), Warning::few_ports);
  add(incomplete, Warning::incomplete);
  return warnings;
}

}  // namespace mqtt_toolbox::load
