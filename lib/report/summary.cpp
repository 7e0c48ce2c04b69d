#include "report/summary.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "report/delivery.hpp"
#include "report/latency.hpp"
#include "report/series.hpp"
#include "report/summary_bars.hpp"
#include "report/summary_text.hpp"
#include "report/warning.hpp"

namespace mqtt_toolbox::report {
namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t rows = 24;
constexpr std::size_t bar_columns = 36;

using Lines = std::vector<std::string>;

void add(Lines& lines, const Lines& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

std::string show_bytes(double bytes) {
  if (bytes < 1e4) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6)
                     : fmt::format("{:.1f} GB", bytes / 1e9);
}

Lines heading(const RunResult& result) {
  Lines lines = wrapped("mqtt-bench " + what_was_run(result), columns, "  ");
  add(lines, wrapped(with_whom(result), columns, "  "));
  return lines;
}

struct CountRow {
  std::string_view label;
  std::uint64_t load::Counters::*count;
  std::uint64_t load::Counters::*bytes = nullptr;  ///< null: none
  std::uint64_t load::Counters::*more = nullptr;   ///< added to the count; null: none

  std::uint64_t in(const load::Counters& counters) const {
    return counters.*count + (more != nullptr ? counters.*more : 0);
  }
};

constexpr std::array<CountRow, 6> count_rows{{
    {"connected", &load::Counters::connects_succeeded},
    {"due", &load::Counters::due},
    {"sent", &load::Counters::sent, &load::Counters::sent_bytes},
    {"acknowledged", &load::Counters::acknowledged},
    {"refused", &load::Counters::refused, nullptr, &load::Counters::refused_here},
    {"received", &load::Counters::received, &load::Counters::received_bytes},
}};

/// That nothing was acknowledged is the finding.
bool awaits_acknowledgements(const RunResult& result) {
  return result.setup.publish_qos != protocol::Qos::at_most_once &&
         result.measurement.counters.sent != 0;
}

/// A closed loop has no schedule: what was due is what was sent.
bool says_nothing(const CountRow& row, const RunResult& result) {
  const bool connects = row.count == &load::Counters::connects_succeeded;
  if (connects != (result.setup.scenario == load::Scenario::connect) && connects) return true;
  if (row.count == &load::Counters::due && !result.setup.open_loop()) return true;
  if (row.count == &load::Counters::acknowledged && awaits_acknowledgements(result)) return false;
  return row.in(result.measurement.counters) == 0;
}

/// Clients connect before they are held: the hold is no part of how fast that went.
double rate_of(const CountRow& row, const load::Measurement& measurement) {
  if (row.count != &load::Counters::connects_succeeded)
    return per_second(row.in(measurement.counters), measurement.measured);
  return per_second(measurement.clients_connected, measurement.connecting);
}

Lines counts(const RunResult& result) {
  const load::Measurement& measurement = result.measurement;
  Lines lines{fmt::format("{:<14}{:>15}{:>16}{:>16}", "", "count", "per second", "bytes/s")};
  for (const CountRow& row : count_rows) {
    if (says_nothing(row, result)) continue;
    const std::uint64_t count = row.in(measurement.counters);
    std::string line =
        fmt::format("{:<14}{:>15}{:>16}", row.label, show_count(static_cast<double>(count)),
                    show_count(rate_of(row, measurement)));
    if (row.bytes != nullptr)
      line += fmt::format(
          "{:>16}", show_bytes(per_second(measurement.counters.*row.bytes, measurement.measured)));
    if (row.count == &load::Counters::received && measurement.counters.foreign != 0)
      line += "  foreign: " + show_count(static_cast<double>(measurement.counters.foreign));
    lines.push_back(std::move(line));
  }
  if (lines.size() == 1) return {"no messages were counted"};
  return lines;
}

constexpr std::array<double, 4> shown_percentiles{50, 90, 99, 99.9};

struct LatencyRow {
  std::string_view label;
  load::Histogram load::Latencies::*histogram;
};

/// Corrected above uncorrected: what a client waits for, above what the broker took.
constexpr std::array<LatencyRow, 9> latency_rows{{
    {"resolve", &load::Latencies::resolve},
    {"TCP connect", &load::Latencies::connect},
    {"TLS handshake", &load::Latencies::tls},
    {"CONNACK", &load::Latencies::connack},
    {"received from due", &load::Latencies::received_from_due},
    {"  uncorrected", &load::Latencies::received_from_written},
    {"acked from due", &load::Latencies::acknowledged_from_due},
    {"  uncorrected", &load::Latencies::acknowledged_from_written},
    {"sent late by", &load::Latencies::lateness},
}};

bool is_phase(const LatencyRow& row) {
  return row.histogram == &load::Latencies::resolve || row.histogram == &load::Latencies::connect ||
         row.histogram == &load::Latencies::tls || row.histogram == &load::Latencies::connack;
}

bool says_nothing(const LatencyRow& row, const RunResult& result) {
  if (is_phase(row) && result.setup.scenario != load::Scenario::connect) return true;
  if (row.histogram == &load::Latencies::lateness && !result.setup.open_loop()) return true;
  return (result.measurement.latencies.*row.histogram).count() == 0;
}

Lines latencies(const RunResult& result) {
  Lines lines{fmt::format("{:<18}{:>12}{:>12}{:>12}{:>12}{:>12}", "latency", "p50", "p90", "p99",
                          "p99.9", "max")};
  for (const LatencyRow& row : latency_rows) {
    if (says_nothing(row, result)) continue;
    const load::Histogram& histogram = result.measurement.latencies.*row.histogram;
    std::string line = fmt::format("{:<18}", row.label);
    for (const double percent : shown_percentiles)
      line += fmt::format("{:>12}", show_percentile(histogram, percent));
    line += fmt::format("{:>12}", show_nanoseconds(static_cast<double>(histogram.maximum())));
    lines.push_back(std::move(line));
  }
  return lines.size() == 1 ? Lines{} : lines;
}

/// As few digits as tell the edges of each bar apart.
int digits_of(const std::vector<Bar>& bars) {
  constexpr int fewest = 3, most = 5;
  for (int digits = fewest; digits < most; ++digits) {
    const bool told = std::all_of(bars.begin(), bars.end(), [digits](const Bar& bar) {
      return bar.low == bar.high || show_nanoseconds(static_cast<double>(bar.low), digits) !=
                                        show_nanoseconds(static_cast<double>(bar.high), digits);
    });
    if (told) return digits;
  }
  return most;
}

Lines bars(const RunResult& result, std::size_t room) {
  const LatencyKind& kind = principal_latency(result.setup.scenario);
  const load::Histogram& histogram = result.measurement.latencies.*kind.histogram;
  const auto all = bars_of(histogram, room);
  std::uint64_t most = 1;
  for (const Bar& bar : all) most = std::max(most, bar.count);
  const int digits = digits_of(all);
  Lines lines;
  for (const Bar& bar : all) {
    // What is there at all is to be seen.
    const auto length = (bar.count * bar_columns + most - 1) / most;
    lines.push_back(fmt::format(
        "{:>10} to {:>9} |{:<{}}| {:>6.2f} %",
        show_nanoseconds(static_cast<double>(bar.low), digits),
        show_nanoseconds(static_cast<double>(bar.high), digits), std::string(length, '#'),
        bar_columns,
        100.0 * static_cast<double>(bar.count) / static_cast<double>(histogram.count())));
  }
  return lines;
}

Lines verdicts(const RunResult& result) {
  Lines lines;
  const auto judge = [&](const Verdict& verdict, std::string_view held, std::string_view broken) {
    add(lines, wrapped(fmt::format("{} {}: {}", verdict.objective, verdict.met ? held : broken,
                                   verdict.found),
                       columns, "  "));
  };
  if (const auto promised = promise(result)) judge(*promised, "held", "BROKEN");
  for (const Verdict& verdict : result.verdicts) judge(verdict, "met", "NOT MET");
  return lines;
}

Lines closing(const RunResult& result) {
  Lines lines = verdicts(result);
  add(lines, wrapped(errors_found(result), columns, "  "));
  add(lines, wrapped("generator: " + generator_use(result), columns, "  "));
  for (const load::Warning warning : result.measurement.warnings) {
    const WarningText text = text_of(warning, result.measurement);
    add(lines, wrapped(fmt::format("warning: {} {}", text.cause, text.mend), columns, "  "));
  }
  return lines;
}

}  // namespace

void append_summary(std::string& out, const RunResult& result) {
  std::vector<Lines> sections{heading(result), counts(result), latencies(result)};
  const Lines last = closing(result);
  std::size_t used = last.size() + 1;  // and the prompt
  for (const Lines& section : sections) used += section.size();
  const std::size_t room = rows > used ? rows - used : 0;
  sections.push_back(bars(result, std::clamp<std::size_t>(room, 3, 8)));
  sections.push_back(last);
  used += sections[3].size();
  for (const Lines& section : sections) {
    if (&section != &sections.front() && used < rows && !section.empty()) {
      out += '\n';
      ++used;
    }
    for (const std::string& line : section) (out += line) += '\n';
  }
}

}  // namespace mqtt_toolbox::report
