#include "report/html.hpp"

#include <fmt/format.h>

#include "report/html_charts.hpp"
#include "report/html_style.hpp"
#include "report/html_tables.hpp"
#include "report/markup.hpp"
#include "report/summary_text.hpp"

namespace mqtt_toolbox::report {
namespace {

std::string title_of(std::span<const NamedResult> runs) {
  if (runs.empty()) return "mqtt-bench: no runs";
  if (runs.size() > 1) return fmt::format("mqtt-bench: {} runs compared", runs.size());
  return fmt::format("mqtt-bench {}", name(runs.front().result.setup.scenario));
}

std::string beneath_title(std::span<const NamedResult> runs) {
  if (runs.size() == 1) {
    const RunResult& result = runs.front().result;
    return what_was_run(result) + ". " + with_whom(result) + ".";
  }
  std::string names;
  for (const NamedResult& run : runs) names += (names.empty() ? "" : ", ") + run.name;
  return names;
}

std::string on_host(const RunResult& result) {
  if (result.processes.empty()) return {};
  const Host& host = result.processes.front().host;
  const std::size_t others = result.processes.size() - 1;
  return fmt::format(" on {} ({} cores, {}){}", host.name, host.cores, host.kernel,
                     others == 0 ? "" : fmt::format(" and {} more", others));
}

/// When and where, which a reader of somebody else's page asks first.
std::string origin_of(std::span<const NamedResult> runs) {
  if (runs.empty() || runs.front().result.measurement.started_unix_ns == 0) return {};
  const RunResult& first = runs.front().result;
  return utc(first.measurement.started_unix_ns) + on_host(first) + ", mqtt-bench " +
         first.tool_version;
}

/// Nothing may be loaded from anywhere, nor may a script run.
constexpr std::string_view policy = "default-src 'none'; style-src 'unsafe-inline'";

void append_head(std::string& out, std::span<const NamedResult> runs) {
  fmt::format_to(std::back_inserter(out),
                 "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                 "<meta name=\"color-scheme\" content=\"light dark\">"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">"
                 "<title>{}</title><style>{}</style></head>\n<body><main>\n"
                 "<header><h1>{}</h1><p>{}</p><p class=\"origin\">{}</p></header>\n",
                 policy, escaped(title_of(runs)), html_style, escaped(title_of(runs)),
                 escaped(beneath_title(runs)), escaped(origin_of(runs)));
}

/// In two columns; the last of an odd number gets both.
void append_charts(std::string& out, std::span<const NamedResult> runs) {
  std::vector<Chart> charts = connect_charts(runs);
  charts.insert(charts.begin(), {throughput_chart(runs), latency_chart(runs)});
  charts.push_back(percentile_chart(runs));
  std::erase_if(charts, [](const Chart& chart) { return !has_points(chart); });
  if (charts.size() % 2 == 1) charts.back().wide = true;
  for (const Chart& chart : charts) append_chart(out, chart);
}

}  // namespace

std::string html_page(std::span<const NamedResult> runs) {
  std::string out;
  append_head(out, runs);
  if (runs.size() == 1) append_tiles(out, runs.front().result);
  out += "<div class=\"grid2\">\n";
  if (runs.size() > 1) append_runs(out, runs);
  append_findings(out, runs);
  append_charts(out, runs);
  append_latencies(out, runs);
  append_details(out, runs);
  out +=
      "</div>\n<footer>Made by mqtt-bench. A message's latency counts from when it was due, so "
      "that a stall counts for all that had to wait; the uncorrected view counts from when it "
      "was written.</footer>\n</main></body></html>\n";
  return out;
}

}  // namespace mqtt_toolbox::report
