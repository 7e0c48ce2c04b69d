#include "report/html_tables.hpp"

#include <fmt/format.h>

#include "record/wall_time.hpp"
#include "report/chart.hpp"
#include "report/delivery.hpp"
#include "report/latency.hpp"
#include "report/markup.hpp"
#include "report/summary_text.hpp"
#include "report/warning.hpp"

namespace mqtt_toolbox::report {
namespace {

const load::Histogram& principal(const RunResult& result) {
  const load::Histogram& wanted =
      result.measurement.latencies.*principal_latency(result.setup.scenario).histogram;
  return wanted.count() > 0 ? wanted : result.measurement.latencies.acknowledged_from_due;
}

std::string percentile(const load::Histogram& histogram, double percent) {
  if (histogram.count() == 0) return "-";
  return show_percentile(histogram, percent);
}

void append_tile(std::string& out, std::string_view value, std::string_view what,
                 std::string_view mark = {}) {
  fmt::format_to(std::back_inserter(out), R"(<div class="tile {}"><b>{}</b><span>{}</span></div>)",
                 mark, escaped(value), escaped(what));
}

void append_swatch(std::string& out, std::size_t run) {
  fmt::format_to(std::back_inserter(out), R"(<i class="dot c{}"></i>)", run % chart_colours);
}

std::string mark_of(bool good) {
  return good ? "good" : "bad";
}

void append_verdict(std::string& out, const Verdict& verdict, std::string_view held,
                    std::string_view broken) {
  fmt::format_to(std::back_inserter(out),
                 R"(<li class="{}"><em>{}</em> <b>{}</b> <span>{}</span></li>)",
                 mark_of(verdict.met), verdict.met ? held : broken, escaped(verdict.objective),
                 escaped(verdict.found));
}

void append_findings_of(std::string& out, const RunResult& result) {
  out += "<ul class=\"findings\">";
  if (const auto promised = promise(result)) append_verdict(out, *promised, "held", "broken");
  for (const Verdict& verdict : result.verdicts) append_verdict(out, verdict, "met", "not met");
  if (const std::uint64_t count = errors(result.measurement); count > 0)
    fmt::format_to(std::back_inserter(out),
                   R"(<li class="bad"><em>errors</em> <span>{}</span></li>)",
                   escaped(errors_found(result).substr(8)));
  for (const load::Warning warning : result.measurement.warnings) {
    const WarningText text = text_of(warning, result.measurement);
    fmt::format_to(std::back_inserter(out),
                   R"(<li class="caution"><em>warning</em> <b>{}</b> <span>{}</span></li>)",
                   escaped(text.cause), escaped(text.mend));
  }
  if (result.measurement.warnings.empty())
    out += R"(<li class="good"><em>no warnings</em> <span>The generator was not the limit.</span>)"
           "</li>";
  out += "</ul>";
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(out), "<tr><th>{}</th><td>{}</td></tr>", escaped(name),
                 escaped(value));
}

void append_details_of(std::string& out, const RunResult& result) {
  out += "<table class=\"pairs\">";
  append_pair(out, "started", utc(result.measurement.started_unix_ns));
  append_pair(out, "run", what_was_run(result));
  append_pair(out, "with", with_whom(result));
  append_pair(out, "generator", generator_use(result));
  for (const Process& process : result.processes)
    append_pair(out, "host",
                fmt::format("{}, {}, {} cores, {} open files", process.host.name,
                            process.host.kernel, process.host.cores, process.host.file_limit));
  append_pair(out, "tool", "mqtt-bench " + result.tool_version);
  for (const Option& option : result.options) append_pair(out, "--" + option.name, option.value);
  out += "</table>";
}

}  // namespace

std::string utc(std::int64_t unix_ns) {
  std::string text;
  record::UtcTimeText().append(text, record::WallTime{unix_ns});
  return text.substr(0, 10) + ' ' + text.substr(11, 8) + " UTC";
}

void append_tiles(std::string& out, const RunResult& result) {
  const load::Measurement& measurement = result.measurement;
  const load::Histogram& histogram = principal(result);
  out += "<div class=\"tiles\">";
  const bool connects = result.setup.scenario == load::Scenario::connect;
  if (connects) append_tile(out, show_count(measurement.clients_connected), "clients connected");
  if (const double rate = sent_rate(measurement); rate > 0)
    append_tile(out, show_count(rate) + "/s", "sent");
  if (const double rate = received_rate(measurement); rate > 0)
    append_tile(out, show_count(rate) + "/s", "received");
  if (histogram.count() > 0) {
    append_tile(out, percentile(histogram, 50), connects ? "median CONNACK" : "median latency");
    append_tile(out, percentile(histogram, 99), "99th percentile");
    append_tile(out, show_nanoseconds(static_cast<double>(histogram.maximum())), "slowest");
  }
  if (const auto promised = promise(result))
    append_tile(out, show_count(static_cast<double>(measurement.delivery.lost)), "lost",
                mark_of(promised->met));
  append_tile(out, show_count(static_cast<double>(errors(measurement))), "errors",
              mark_of(errors(measurement) == 0));
  out += "</div>\n";
}

void append_runs(std::string& out, std::span<const NamedResult> runs) {
  out +=
      "<section class=\"card wide\"><h2>Runs</h2><table><tr><th>run</th><th>sent/s</th>"
      "<th>received/s</th><th>p50</th><th>p99</th><th>p99.9</th><th>max</th><th>lost</th>"
      "<th>errors</th><th class=\"name\">what was run</th></tr>";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunResult& result = runs[i].result;
    const load::Histogram& histogram = principal(result);
    out += "<tr><td class=\"name\">";
    append_swatch(out, i);
    fmt::format_to(
        std::back_inserter(out),
        "{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td class=\"name\">{}</td></tr>",
        escaped(runs[i].name), show_count(sent_rate(result.measurement)),
        show_count(received_rate(result.measurement)), percentile(histogram, 50),
        percentile(histogram, 99), percentile(histogram, 99.9), percentile(histogram, 100),
        show_count(static_cast<double>(result.measurement.delivery.lost)),
        show_count(static_cast<double>(errors(result.measurement))), escaped(what_was_run(result)));
  }
  out += "</table></section>\n";
}

void append_latencies(std::string& out, std::span<const NamedResult> runs) {
  out +=
      "<section class=\"card wide\"><h2>Latencies</h2><table><tr><th>run</th><th "
      "class=\"name\">what</th>"
      "<th>values</th><th>mean</th>";
  for (const Percentile& each : percentiles)
    fmt::format_to(std::back_inserter(out), "<th>{}</th>", each.name);
  out += "<th>max</th></tr>";
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const LatencyKind& kind : latency_kinds) {
      const load::Histogram& histogram = runs[i].result.measurement.latencies.*kind.histogram;
      if (histogram.count() == 0) continue;
      out += "<tr><td>";
      append_swatch(out, i);
      fmt::format_to(std::back_inserter(out),
                     "</td><td class=\"name\">{}</td><td>{}</td><td>{}</td>", escaped(kind.meaning),
                     show_count(static_cast<double>(histogram.count())),
                     show_nanoseconds(histogram.mean()));
      for (const Percentile& each : percentiles)
        fmt::format_to(std::back_inserter(out), "<td>{}</td>", percentile(histogram, each.percent));
      fmt::format_to(std::back_inserter(out), "<td>{}</td></tr>",
                     show_nanoseconds(static_cast<double>(histogram.maximum())));
    }
  out += "</table></section>\n";
}

void append_findings(std::string& out, std::span<const NamedResult> runs) {
  out += "<section class=\"card wide\"><h2>Verdicts and warnings</h2><div class=\"sides\">";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    out += "<div>";
    if (runs.size() > 1) {
      out += "<h3>";
      append_swatch(out, i);
      out += escaped(runs[i].name) + "</h3>";
    }
    append_findings_of(out, runs[i].result);
    out += "</div>";
  }
  out += "</div></section>\n";
}

void append_details(std::string& out, std::span<const NamedResult> runs) {
  for (const NamedResult& run : runs) {
    fmt::format_to(std::back_inserter(out),
                   "<details class=\"card wide\"><summary>How {} was run</summary>",
                   escaped(run.name));
    append_details_of(out, run.result);
    out += "</details>\n";
  }
}

}  // namespace mqtt_toolbox::report
