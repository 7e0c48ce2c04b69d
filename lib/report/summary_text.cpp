#include "report/summary_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/json_text.hpp"
#include "report/delivery.hpp"
#include "report/latency.hpp"

namespace mqtt_toolbox::report {
namespace {

std::string loop_of(const Setup& setup) {
  if (!setup.open_loop()) return "closed loop: as fast as the windows allow";
  return fmt::format("open loop: {} messages/s ({})", show_count(setup.rate), name(setup.arrivals));
}

/// What was asked for, and where the broker has less to offer, that.
std::string qos_of(const RunResult& result) {
  const Setup& setup = result.setup;
  const bool subscribes = setup.scenario == load::Scenario::subscribe;
  const protocol::Qos asked = subscribes ? setup.subscribe_qos : setup.publish_qos;
  const protocol::Qos offered = result.measurement.broker.maximum_qos;
  std::string text = fmt::format("QoS {}", static_cast<int>(asked));
  if (setup.scenario == load::Scenario::roundtrip && setup.subscribe_qos < setup.publish_qos)
    text += fmt::format(", subscribed at QoS {}", static_cast<int>(setup.subscribe_qos));
  if (offered < asked)
    text += fmt::format(" (the broker offers QoS {})", static_cast<int>(offered));
  return text;
}

/// How many subscriptions each message went to; nothing where that is one, or not known.
std::string fan_out(const load::Measurement& measurement) {
  const std::uint64_t expected = measurement.delivery.expected;
  const std::uint64_t sent = measurement.whole_run.sent;
  if (expected == 0 || sent == 0 || expected == sent) return {};
  return fmt::format(" (each message to {})",
                     show_count(static_cast<double>(expected) / static_cast<double>(sent)));
}

std::string connecting(const Setup& setup) {
  if (setup.connect_rate <= 0) return "connect: as fast as the broker takes them";
  return fmt::format("connect: {} a second", show_count(setup.connect_rate));
}

std::string counted(std::uint32_t count, std::string_view what) {
  const std::string_view plural = what.ends_with('s') ? "es" : "s";
  return fmt::format("{} {}{}", show_count(count), what, count == 1 ? "" : plural);
}

std::uint64_t messages(const load::Measurement& measurement) {
  return std::max(measurement.counters.sent, measurement.counters.received);
}

}  // namespace

std::string what_was_run(const RunResult& result) {
  const Setup& setup = result.setup;
  switch (setup.scenario) {
    case load::Scenario::connect: return connecting(setup);
    case load::Scenario::subscribe: return "subscribe: " + qos_of(result);
    case load::Scenario::publish:
    case load::Scenario::roundtrip: break;
  }
  return fmt::format("{}, {}, {}, {} bytes", name(setup.scenario), loop_of(setup), qos_of(result),
                     show_count(static_cast<double>(setup.payload_bytes)));
}

std::string with_whom(const RunResult& result) {
  const Setup& setup = result.setup;
  std::string text;
  const auto add = [&](std::uint32_t count, std::string_view what) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += counted(count, what);
  };
  add(setup.publishers, "publisher");
  add(setup.subscribers, "subscriber");
  text += fan_out(result.measurement);
  add(setup.idle_clients, "client");
  if (setup.loopback_addresses != 0)
    text += fmt::format(" from {} addresses of 127.0.0.0/8", setup.loopback_addresses);
  add(setup.threads, "thread");
  if (result.processes.size() > 1)
    add(static_cast<std::uint32_t>(result.processes.size()), "process");
  text += "; " + show_nanoseconds(static_cast<double>(result.measurement.measured.count())) +
          " measured";
  if (setup.warmup.count() > 0) text += " after " + show_duration(setup.warmup) + " warm-up";
  return text;
}

std::string generator_use(const RunResult& result) {
  double busiest = 0;
  for (const Process& process : result.processes) busiest = std::max(busiest, process.busiest());
  const double cpu = cpu_seconds(result.measurement);
  std::string text = fmt::format("busiest core {:.0f} %, cpu {:.3g} s", 100 * busiest, cpu);
  if (const auto count = messages(result.measurement); count > 0)
    text += fmt::format(", {:.3g} s per million", cpu * 1e6 / static_cast<double>(count));
  if (result.calibrated_rate && *result.calibrated_rate > 0)
    text += fmt::format(", {:.0f} % of calibrated",
                        100 * sent_rate(result.measurement) / *result.calibrated_rate);
  // One of both, so that the line stays one.
  const load::Histogram& reads = result.measurement.latencies.arrival_to_read;
  if (!result.calibrated_rate && reads.count() > 0)
    text += ", reads " + show_percentile(reads, 50) + " after arrival";
  return text;
}

std::string errors_found(const RunResult& result) {
  const std::uint64_t count = errors(result.measurement);
  if (count == 0) return "errors: none";
  std::string text = "errors: " + show_count(static_cast<double>(count));
  std::vector<std::pair<std::uint64_t, std::string_view>> reasons;
  for (const auto& [reason, times] : result.measurement.failures)
    reasons.emplace_back(times, reason);
  std::sort(reasons.rbegin(), reasons.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(reasons.size(), 3); ++i)
    text += fmt::format("{} {} x {}", i == 0 ? ":" : ";",
                        show_count(static_cast<double>(reasons[i].first)), reasons[i].second);
  return text;
}

std::string quoted(std::string_view text) {
  std::string out;
  record::append_json_string(out, text);
  return out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width,
                                 std::string_view indent) {
  std::string safe(text);
  std::replace_if(
      safe.begin(), safe.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, '?');
  std::vector<std::string> lines;
  std::string_view rest = safe;
  while (!rest.empty()) {
    const std::string_view front = lines.empty() ? std::string_view() : indent;
    const std::size_t room = width - front.size();
    std::size_t end = rest.size();
    if (end > room) {
      end = rest.rfind(' ', room);
      if (end == rest.npos || end == 0) end = room;
    }
    lines.push_back(std::string(front) += rest.substr(0, end));
    rest.remove_prefix(end);
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  }
  return lines;
}

}  // namespace mqtt_toolbox::report
