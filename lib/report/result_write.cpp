#include <string>

#include <nlohmann/json.hpp>

#include "load/lateness.hpp"
#include "record/wall_time.hpp"
#include "report/counter.hpp"
#include "report/delivery.hpp"
#include "report/document.hpp"
#include "report/histogram_code.hpp"
#include "report/latency.hpp"
#include "report/names.hpp"
#include "report/result.hpp"
#include "report/series.hpp"
#include "report/warning.hpp"

namespace mqtt_toolbox::report {
namespace {

using Json = nlohmann::ordered_json;

/// A visitor of document.hpp that fills an object.
class Writer {
 public:
  explicit Writer(Json& object) : object_(object) {}

  void operator()(const char* key, const std::string& text) { object_[key] = text; }
  void operator()(const char* key, bool value) { object_[key] = value; }
  void operator()(const char* key, double value) { object_[key] = value; }
  void operator()(const char* key, std::uint16_t value) { object_[key] = value; }
  void operator()(const char* key, std::uint32_t value) { object_[key] = value; }
  void operator()(const char* key, std::uint64_t value) { object_[key] = value; }
  void operator()(const char* key, std::int64_t value) { object_[key] = value; }
  void operator()(const char* key, Duration value) { object_[key] = value.count(); }
  void operator()(const char* key, ExitCode value) { object_[key] = static_cast<int>(value); }
  void operator()(const char* key, protocol::Qos value) { object_[key] = static_cast<int>(value); }
  void operator()(const char* key, protocol::Version value) {
    object_[key] = std::string(protocol::name(value));
  }
  void operator()(const char* key, load::Scenario value) { object_[key] = name(value); }
  void operator()(const char* key, load::Arrivals value) { object_[key] = name(value); }
  void operator()(const char* key, const std::optional<std::uint16_t>& value) {
    if (value) object_[key] = *value;
  }

 private:
  Json& object_;
};

/// The object that one of the visit_ functions fills.
template <typename Visit, typename Value>
Json object_of(Visit visit, const Value& value) {
  Json object = Json::object();
  Writer writer(object);
  visit(writer, value);
  return object;
}

template <typename Visit, typename Values>
Json list_of(Visit visit, const Values& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(object_of(visit, value));
  return list;
}

constexpr auto setup_fields = [](auto& v, const auto& x) { visit_setup(v, x); };
constexpr auto host_fields = [](auto& v, const auto& x) { visit_host(v, x); };
constexpr auto broker_fields = [](auto& v, const auto& x) { visit_broker(v, x); };
constexpr auto delivery_fields = [](auto& v, const auto& x) { visit_delivery(v, x); };
constexpr auto worker_fields = [](auto& v, const auto& x) { visit_worker(v, x); };
constexpr auto option_fields = [](auto& v, const auto& x) { visit_option(v, x); };
constexpr auto late_fields = [](auto& v, const auto& x) { visit_late_shares(v, x); };
constexpr auto verdict_fields = [](auto& v, const auto& x) { visit_verdict(v, x); };

Json counters_json(const load::Counters& counters) {
  Json object = Json::object();
  for (const CounterKind& kind : counter_kinds)
    object[std::string(kind.key)] = counters.*kind.count;
  return object;
}

/// Without the encoded histogram.
Json latency_figures(const load::Histogram& histogram) {
  Json object = {{"count", histogram.count()}};
  if (histogram.count() == 0) return object;
  object["minimum_ns"] = histogram.minimum();
  object["mean_ns"] = histogram.mean();
  object["standard_deviation_ns"] = histogram.standard_deviation();
  object["maximum_ns"] = histogram.maximum();
  Json& values = object["percentiles_ns"];
  for (const Percentile& each : percentiles)
    values[std::string(each.key)] = histogram.at_percentile(each.percent);
  return object;
}

Json whole_latency(const load::Histogram& histogram) {
  Json object = latency_figures(histogram);
  if (histogram.count() == 0) return object;
  std::string code;
  append_encoded(code, histogram);
  object["hdr_histogram"] = code;
  return object;
}

Json latencies_json(const load::Latencies& latencies) {
  Json object = Json::object();
  for (const LatencyKind& kind : latency_kinds) {
    Json& latency = object[std::string(kind.key)] = whole_latency(latencies.*kind.histogram);
    latency["meaning"] = kind.meaning;
  }
  return object;
}

Json interval_json(const load::Interval& interval, Duration length,
                   Json (*latency)(const load::Histogram&)) {
  Json object = object_of([](auto& v, const auto& x) { visit_interval(v, x); }, interval);
  object["length_ns"] = length.count();
  object["sent_per_s"] = per_second(interval.counters.sent, length);
  object["received_per_s"] = per_second(interval.counters.received, length);
  object["counters"] = counters_json(interval.counters);
  object["acknowledged_from_due"] = latency(interval.acknowledged);
  object["received_from_due"] = latency(interval.received);
  return object;
}

Json intervals_json(const RunResult& result) {
  const auto& intervals = result.measurement.intervals;
  const auto lengths = interval_lengths(result.measurement, result.setup.interval);
  Json list = Json::array();
  for (std::size_t i = 0; i < intervals.size(); ++i)
    list.push_back(interval_json(intervals[i], lengths[i], whole_latency));
  return list;
}

Json processes_json(const std::vector<Process>& processes) {
  Json list = Json::array();
  for (const Process& process : processes)
    list.push_back({{"host", object_of(host_fields, process.host)},
                    {"workers", list_of(worker_fields, process.workers)},
                    {"busiest_core", process.busiest()},
                    {"complete", process.complete}});
  return list;
}

Json warnings_json(const load::Measurement& measurement) {
  Json list = Json::array();
  for (const load::Warning warning : measurement.warnings) {
    const WarningText text = text_of(warning, measurement);
    list.push_back({{"name", meaning(warning).name}, {"text", text.cause}, {"mend", text.mend}});
  }
  return list;
}

Json failures_json(const load::Measurement& measurement) {
  Json list = Json::array();
  for (const auto& [reason, count] : measurement.failures)
    list.push_back({{"reason", reason}, {"count", count}});
  return list;
}

Json rates_json(const load::Measurement& measurement) {
  const load::Counters& counters = measurement.counters;
  const auto rate = [&](std::uint64_t count) { return per_second(count, measurement.measured); };
  Json object = {{"due_per_s", rate(counters.due)},
                 {"sent_per_s", rate(counters.sent)},
                 {"acknowledged_per_s", rate(counters.acknowledged)},
                 {"received_per_s", rate(counters.received)},
                 {"sent_bytes_per_s", rate(counters.sent_bytes)},
                 {"received_bytes_per_s", rate(counters.received_bytes)},
                 {"cpu_s", cpu_seconds(measurement)}};
  return object;
}

/// The fields time and time_s.
void add_time(Json& json, std::int64_t unix_ns) {
  std::string text;
  record::UtcTimeText().append(text, record::WallTime{unix_ns});
  json["time"] = std::move(text);
  const std::int64_t microseconds = unix_ns / 1000;
  json["time_s"] = static_cast<double>(microseconds) / 1e6;
}

/// Escaped to ASCII, so that it is safe on a terminal; what is not UTF-8 is replaced.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

void append_line(std::string& out, const Json& json) {
  out += dumped(json);
  out += '\n';
}

void add_measurement(Json& json, const RunResult& result) {
  const load::Measurement& measurement = result.measurement;
  Writer writer(json);
  visit_measurement(writer, measurement);
  json["broker"] = object_of(broker_fields, measurement.broker);
  json["counters"] = counters_json(measurement.counters);
  json["whole_run"] = counters_json(measurement.whole_run);
  json["rates"] = rates_json(measurement);
  json["latencies"] = latencies_json(measurement.latencies);
  json["delivery"] = object_of(delivery_fields, measurement.delivery);
  json["late_because_of"] = object_of(late_fields, load::late_shares(measurement));
  json["failures"] = failures_json(measurement);
  json["warnings"] = warnings_json(measurement);
}

/// All but the intervals.
Json document_json(const RunResult& result) {
  Json json = {{"type", "bench"}, {"version", document_version}};
  add_time(json, result.measurement.started_unix_ns);
  json["tool"] = {{"name", "mqtt-bench"}, {"version", result.tool_version}};
  json["options"] = list_of(option_fields, result.options);
  json["setup"] = object_of(setup_fields, result.setup);
  json["setup"]["loop"] = result.setup.open_loop() ? "open" : "closed";
  json["processes"] = processes_json(result.processes);
  if (result.calibrated_rate) json["calibrated_rate_per_s"] = *result.calibrated_rate;
  add_measurement(json, result);
  json["verdicts"] = list_of(verdict_fields, result.verdicts);
  if (const auto promised = promise(result)) json["promise"] = object_of(verdict_fields, *promised);
  return json;
}

}  // namespace

void append_json(std::string& out, const RunResult& result) {
  Json json = document_json(result);
  json["intervals"] = intervals_json(result);
  append_line(out, json);
}

void append_json_open(std::string& out, const RunResult& result) {
  out += dumped(document_json(result));
  out.back() = ',';  // it ended the object
  out += "\"intervals\":[";
}

void append_interval(std::string& out, const load::Interval& interval, Duration length) {
  out += dumped(interval_json(interval, length, whole_latency));
}

void append_interval_json(std::string& out, const load::Interval& interval, Duration length,
                          std::int64_t started_unix_ns) {
  Json json = {{"type", "bench_interval"}};
  add_time(json, started_unix_ns + interval.end.count());
  json.update(interval_json(interval, length, latency_figures));
  append_line(out, json);
}

}  // namespace mqtt_toolbox::report
