#include "report/hdr_log.hpp"

#include <charconv>

#include <fmt/format.h>

#include "report/histogram_code.hpp"
#include "report/latency.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::report {
namespace {

double seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

void append_line(std::string& out, std::string_view tag, Duration start, Duration length,
                 const load::Histogram& histogram) {
  fmt::format_to(std::back_inserter(out), "Tag={},{:.3f},{:.3f},{:.3f},", tag, seconds(start),
                 seconds(length), static_cast<double>(histogram.maximum()) / 1e6);
  append_encoded(out, histogram);
  out += '\n';
}

Duration measured_start(const RunResult& result) {
  const auto lengths = interval_lengths(result.measurement, result.setup.interval);
  for (std::size_t i = 0; i < lengths.size(); ++i)
    if (!result.measurement.intervals[i].warmup)
      return result.measurement.intervals[i].end - lengths[i];
  return Duration{};
}

/// Takes the text up to the comma off the front.
std::string_view take_column(std::string_view& line) {
  const auto end = line.find(',');
  const std::string_view column = line.substr(0, end);
  line = end == line.npos ? std::string_view() : line.substr(end + 1);
  return column;
}

bool is_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Status add_line(std::map<std::string, load::Histogram>& sums, std::string_view line) {
  std::string tag;
  if (line.substr(0, 4) == "Tag=") tag = take_column(line).substr(4);
  for (int column = 0; column < 3; ++column)
    if (!is_number(take_column(line)))
      return fail(ExitCode::io, "not a line of an HdrHistogram log");
  return decode_into(sums[tag], line);
}

/// Comments and the names of the columns.
bool has_no_histogram(std::string_view line) {
  return line.empty() || line[0] == '#' || line[0] == '"';
}

}  // namespace

void append_hdr_head(std::string& out, const RunResult& result) {
  const double start = static_cast<double>(result.measurement.started_unix_ns) / 1e9;
  fmt::format_to(std::back_inserter(out),
                 "#[Logged with mqtt-bench {}; values are nanoseconds]\n"
                 "#[Histogram log format version 1.3]\n"
                 "#[BaseTime: {:.3f} (seconds since epoch)]\n"
                 "#[StartTime: {:.3f} (seconds since epoch)]\n"
                 "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                 "\"Interval_Compressed_Histogram\"\n",
                 result.tool_version, start, start);
}

void append_hdr_interval(std::string& out, const load::Interval& interval, Duration length) {
  if (interval.warmup) return;
  const Duration start = interval.end - length;
  if (interval.acknowledged.count() > 0)
    append_line(out, "acknowledged", start, length, interval.acknowledged);
  if (interval.received.count() > 0) append_line(out, "received", start, length, interval.received);
}

void append_hdr_totals(std::string& out, const RunResult& result, Duration start) {
  for (const LatencyKind& kind : latency_kinds) {
    const load::Histogram& histogram = result.measurement.latencies.*kind.histogram;
    if (histogram.count() > 0)
      append_line(out, kind.key, start, result.measurement.measured, histogram);
  }
}

void append_hdr_log(std::string& out, const RunResult& result) {
  append_hdr_head(out, result);
  const auto lengths = interval_lengths(result.measurement, result.setup.interval);
  for (std::size_t i = 0; i < lengths.size(); ++i)
    append_hdr_interval(out, result.measurement.intervals[i], lengths[i]);
  append_hdr_totals(out, result, measured_start(result));
}

Result<std::map<std::string, load::Histogram>> parse_hdr_log(std::string_view text) {
  std::map<std::string, load::Histogram> sums;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (has_no_histogram(line)) continue;
    if (const auto status = add_line(sums, line); !status)
      return fail(status.error().code, fmt::format("line {}: {}", number, status.error().text));
  }
  return sums;
}

}  // namespace mqtt_toolbox::report
