#include "report/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "report/delivery.hpp"
#include "report/latency.hpp"
#include "report/objective_metrics.hpp"
#include "report/statistics.hpp"

namespace mqtt_toolbox::report {
namespace {

enum class Form : std::uint8_t { rate, duration, seconds, count };

/// One row of a comparison: the one table of them.
struct Row {
  std::string_view name;
  Form form;
  bool more_is_better;
  std::optional<double> (*figure)(const RunResult& result);
};

std::optional<double> named(std::string_view metric, const RunResult& result) {
  if (const PlainMetric* plain = plain_metric(metric)) return plain->figure(result);
  const auto latency = latency_metric(metric);
  return latency ? figure(*latency, result) : std::nullopt;
}

std::optional<double> cpu_per_million(const RunResult& result) {
  const load::Counters& counters = result.measurement.counters;
  const std::uint64_t messages = std::max(counters.sent, counters.received);
  if (messages == 0) return std::nullopt;
  return cpu_seconds(result.measurement) * 1e6 / static_cast<double>(messages);
}

constexpr std::array<Row, 15> table{{
    {"rate", Form::rate, true, [](const RunResult& r) { return named("rate", r); }},
    {"received-rate", Form::rate, true,
     [](const RunResult& r) { return named("received-rate", r); }},
    {"mean", Form::duration, false, [](const RunResult& r) { return named("mean", r); }},
    {"p50", Form::duration, false, [](const RunResult& r) { return named("p50", r); }},
    {"p90", Form::duration, false, [](const RunResult& r) { return named("p90", r); }},
    {"p99", Form::duration, false, [](const RunResult& r) { return named("p99", r); }},
    {"p99.9", Form::duration, false, [](const RunResult& r) { return named("p99.9", r); }},
    {"max", Form::duration, false, [](const RunResult& r) { return named("max", r); }},
    {"ack.p50", Form::duration, false, [](const RunResult& r) { return named("ack.p50", r); }},
    {"ack.p99", Form::duration, false, [](const RunResult& r) { return named("ack.p99", r); }},
    {"tls.p99", Form::duration, false, [](const RunResult& r) { return named("tls.p99", r); }},
    {"loss", Form::count, false, [](const RunResult& r) { return named("loss", r); }},
    {"duplicates", Form::count, false, [](const RunResult& r) { return named("duplicates", r); }},
    {"errors", Form::count, false, [](const RunResult& r) { return named("errors", r); }},
    {"cpu s/million", Form::seconds, false, cpu_per_million},
}};

/// The figure of each run; empty when one of them does not have it.
std::vector<double> figures(const Row& row, std::span<const RunResult> runs) {
  std::vector<double> values;
  for (const RunResult& run : runs) {
    const auto value = row.figure(run);
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
}

double plain_mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// `neutral` is what the interval holds when nothing changed: 1 of ratios, 0 of differences.
Change change_of(const Row& row, double low, double high, double neutral) {
  if (low <= neutral && neutral <= high) return Change::no_difference;
  return (low > neutral) == row.more_is_better ? Change::better : Change::worse;
}

/// Where a run has 0 there is no ratio, but there can be a verdict.
Change change_without_ratio(const Row& row, const std::vector<double>& before,
                            const std::vector<double>& after) {
  const auto difference = welch_interval(before, after);
  if (!difference) return Change::unknown;
  return change_of(row, difference->low, difference->high, 0);
}

FigureComparison comparison_of(const Row& row, const std::vector<double>& before,
                               const std::vector<double>& after) {
  FigureComparison result;
  result.name = row.name;
  if (!all_positive(before) || !all_positive(after)) {
    result.before = plain_mean(before);
    result.after = plain_mean(after);
    result.change = change_without_ratio(row, before, after);
    return result;
  }
  result.before = geometric_mean(before);
  result.after = geometric_mean(after);
  result.ratio = result.after / result.before;
  result.interval = ratio_interval(before, after);
  if (result.interval)
    result.change = change_of(row, result.interval->low, result.interval->high, 1);
  return result;
}

/// What both sides should have been asked for alike, as text.
struct Asked {
  std::string_view what;
  std::string (*text)(const RunResult& result);
};

constexpr std::array<Asked, 8> asked{{
    {"QoS",
     [](const RunResult& r) { return fmt::format("{}", static_cast<int>(delivered_qos(r))); }},
    {"publishers", [](const RunResult& r) { return fmt::format("{}", r.setup.publishers); }},
    {"subscribers", [](const RunResult& r) { return fmt::format("{}", r.setup.subscribers); }},
    {"clients", [](const RunResult& r) { return fmt::format("{}", r.setup.idle_clients); }},
    {"payload bytes", [](const RunResult& r) { return fmt::format("{}", r.setup.payload_bytes); }},
    {"rate",
     [](const RunResult& r) {
       return r.setup.open_loop() ? show_count(r.setup.rate) + "/s" : std::string("closed loop");
     }},
    {"threads", [](const RunResult& r) { return fmt::format("{}", r.setup.threads); }},
    {"host",
     [](const RunResult& r) {
       return r.processes.empty() ? std::string() : r.processes.front().host.name;
     }},
}};

std::vector<std::string> differences(std::span<const RunResult> before,
                                     std::span<const RunResult> after) {
  std::vector<std::string> found;
  for (const Asked& each : asked) {
    const std::string first = each.text(before.front());
    std::string other = first;
    for (const auto runs : {before, after})
      for (const RunResult& run : runs)
        if (std::string text = each.text(run); text != first) other = std::move(text);
    if (other != first) found.push_back(fmt::format("{}: {} and {}", each.what, first, other));
  }
  return found;
}

Status check(std::span<const RunResult> before, std::span<const RunResult> after) {
  if (before.empty() || after.empty())
    return fail(ExitCode::usage, "each side of a comparison needs at least one result");
  const load::Scenario scenario = before.front().setup.scenario;
  for (const auto runs : {before, after})
    for (const RunResult& run : runs)
      if (run.setup.scenario != scenario)
        return fail(ExitCode::usage, fmt::format("{} and {} cannot be compared", name(scenario),
                                                 name(run.setup.scenario)));
  return {};
}

constexpr std::string_view words(Change change) {
  switch (change) {
    case Change::better: return "better";
    case Change::worse: return "worse";
    case Change::no_difference: return "no difference";
    case Change::unknown: break;
  }
  return "unknown";
}

const Row& row_named(std::string_view name) {
  return *std::find_if(table.begin(), table.end(),
                       [&](const Row& row) { return row.name == name; });
}

std::string shown(Form form, double value) {
  switch (form) {
    case Form::rate: return show_count(value) + "/s";
    case Form::duration: return show_nanoseconds(value);
    case Form::seconds: return fmt::format("{:.3g} s", value);
    case Form::count: break;
  }
  return show_count(value);
}

constexpr std::string_view unit_key(Form form) {
  switch (form) {
    case Form::rate: return "per_s";
    case Form::duration: return "ns";
    case Form::seconds: return "s";
    case Form::count: break;
  }
  return "count";
}

std::string ratio_text(const FigureComparison& figure) {
  if (!figure.ratio) return "-";
  std::string text = fmt::format("{:.3f}", *figure.ratio);
  if (figure.interval)
    text += fmt::format(" ({:.3f}-{:.3f})", figure.interval->low, figure.interval->high);
  return text;
}

}  // namespace

Result<ComparisonReport> compare(std::span<const RunResult> before,
                                 std::span<const RunResult> after) {
  if (const auto status = check(before, after); !status) return tl::unexpected(status.error());
  ComparisonReport report;
  report.runs_before = before.size();
  report.runs_after = after.size();
  report.differences = differences(before, after);
  for (const Row& row : table) {
    const auto values_before = figures(row, before), values_after = figures(row, after);
    if (!values_before.empty() && !values_after.empty())
      report.figures.push_back(comparison_of(row, values_before, values_after));
  }
  return report;
}

void append_comparison(std::string& out, const ComparisonReport& report) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{} run{} before, {} after", report.runs_before,
                 report.runs_before == 1 ? "" : "s", report.runs_after);
  const bool too_few = report.runs_before < 2 || report.runs_after < 2;
  out += too_few ? "; one run on a side gives no interval: repeat it\n"
                 : "; in brackets the 95 % confidence interval\n";
  fmt::format_to(to, "{:<14}{:>12}{:>13}  {:<24}{}\n", "", "before", "after", "ratio", "");
  for (const FigureComparison& figure : report.figures) {
    const Form form = row_named(figure.name).form;
    fmt::format_to(to, "{:<14}{:>12}{:>13}  {:<24}{}\n", figure.name, shown(form, figure.before),
                   shown(form, figure.after), ratio_text(figure), words(figure.change));
  }
  for (const std::string& difference : report.differences)
    fmt::format_to(to, "not the same on both sides: {}\n", difference);
}

void append_comparison_json(std::string& out, const ComparisonReport& report) {
  using Json = nlohmann::ordered_json;
  Json json = {{"type", "bench_comparison"},
               {"version", document_version},
               {"runs_before", report.runs_before},
               {"runs_after", report.runs_after},
               {"confidence", 0.95},
               {"figures", Json::array()},
               {"differences", report.differences}};
  for (const FigureComparison& figure : report.figures) {
    Json entry = {{"name", figure.name}, {"before", figure.before}, {"after", figure.after}};
    if (figure.ratio) entry["ratio"] = *figure.ratio;
    if (figure.interval) {
      entry["ratio_low"] = figure.interval->low;
      entry["ratio_high"] = figure.interval->high;
    }
    entry["unit"] = unit_key(row_named(figure.name).form);
    entry["change"] =
        figure.change == Change::no_difference ? "no_difference" : words(figure.change);
    json["figures"].push_back(std::move(entry));
  }
  out += json.dump(-1, ' ', true, Json::error_handler_t::replace);
  out += '\n';
}

}  // namespace mqtt_toolbox::report
