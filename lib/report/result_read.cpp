#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "base/system.hpp"
#include "record/json_value.hpp"
#include "report/counter.hpp"
#include "report/document.hpp"
#include "report/histogram_code.hpp"
#include "report/latency.hpp"
#include "report/names.hpp"
#include "report/result.hpp"
#include "report/warning.hpp"

namespace mqtt_toolbox::report {
namespace {

using Json = nlohmann::json;

constexpr std::size_t largest_file = std::size_t{1} << 30;

/// A field that is not what it has to be. It does not leave this file.
struct Unfit : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void unfit(const std::string& key, const char* wanted) {
  throw Unfit("\"" + key + "\" is not " + wanted);
}

/// A visitor of document.hpp that takes what an object has; what it lacks keeps its default, for
/// fields are added over time.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {
    if (!object.is_object()) throw Unfit("a part is not an object");
  }

  void operator()(const char* key, std::string& to) {
    take(key, [&](const Json& value) {
      if (!value.is_string()) unfit(key, "a text");
      to = value.get<std::string>();
    });
  }
  void operator()(const char* key, bool& to) {
    take(key, [&](const Json& value) {
      if (!value.is_boolean()) unfit(key, "true or false");
      to = value.get<bool>();
    });
  }
  void operator()(const char* key, double& to) {
    take(key, [&](const Json& value) {
      if (!value.is_number()) unfit(key, "a number");
      to = value.get<double>();
    });
  }
  void operator()(const char* key, std::uint16_t& to) { take_unsigned(key, to); }
  void operator()(const char* key, std::uint32_t& to) { take_unsigned(key, to); }
  void operator()(const char* key, std::uint64_t& to) { take_unsigned(key, to); }
  void operator()(const char* key, std::int64_t& to) {
    take(key, [&](const Json& value) {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() > INT64_MAX)
        unfit(key, "nanoseconds since 1970");
      to = value.get<std::int64_t>();
    });
  }
  void operator()(const char* key, Duration& to) {
    std::uint64_t nanoseconds = static_cast<std::uint64_t>(to.count());
    take_unsigned(key, nanoseconds);
    // A century: sums and differences of such times cannot overflow.
    if (nanoseconds > 3'155'760'000'000'000'000) unfit(key, "a time of a run");
    to = Duration(static_cast<std::int64_t>(nanoseconds));
  }
  void operator()(const char* key, ExitCode& to) {
    std::uint16_t status = static_cast<std::uint16_t>(to);
    take_unsigned(key, status);
    for (const ExitCodeMeaning& each : exit_codes)
      if (static_cast<std::uint16_t>(each.code) == status) return void(to = each.code);
    unfit(key, "an exit status");
  }
  void operator()(const char* key, protocol::Qos& to) {
    std::uint16_t qos = static_cast<std::uint16_t>(to);
    take_unsigned(key, qos);
    if (qos > 2) unfit(key, "a QoS");
    to = static_cast<protocol::Qos>(qos);
  }
  void operator()(const char* key, protocol::Version& to) {
    std::string text(protocol::name(to));
    (*this)(key, text);
    for (const auto each : {protocol::Version::v31, protocol::Version::v311, protocol::Version::v5})
      if (protocol::name(each) == text) return void(to = each);
    unfit(key, "a version of MQTT");
  }
  void operator()(const char* key, load::Scenario& to) { take_name(key, to, scenario_names); }
  void operator()(const char* key, load::Arrivals& to) { take_name(key, to, arrivals_names); }
  void operator()(const char* key, std::optional<std::uint16_t>& to) {
    std::uint16_t value = 0;
    take_unsigned(key, value);
    if (object_.contains(key)) to = value;
  }

 private:
  template <typename Use>
  void take(const char* key, Use use) {
    if (const auto found = object_.find(key); found != object_.end()) use(*found);
  }

  template <typename Number>
  void take_unsigned(const char* key, Number& to) {
    take(key, [&](const Json& value) {
      if (!value.is_number_unsigned() ||
          value.get<std::uint64_t>() > std::numeric_limits<Number>::max())
        unfit(key, "a whole number in its range");
      to = value.get<Number>();
    });
  }

  template <typename Enum, typename Names>
  void take_name(const char* key, Enum& to, const Names& names) {
    std::string text(name_in(names, to));
    (*this)(key, text);
    const auto value = named_in<Enum>(names, text);
    if (!value) unfit(key, "a known name");
    to = *value;
  }

  const Json& object_;
};

/// The part with this key, or null, which every reader takes as nothing.
const Json& part(const Json& object, const char* key) {
  static const Json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

template <typename Use>
void with_object(const Json& object, const char* key, Use use) {
  const Json& found = part(object, key);
  if (found.is_null()) return;
  if (!found.is_object()) unfit(key, "an object");
  use(found);
}

template <typename Use>
void for_each_in(const Json& object, const char* key, Use use) {
  const Json& found = part(object, key);
  if (found.is_null()) return;
  if (!found.is_array()) unfit(key, "a list");
  for (const Json& entry : found) {
    if (!entry.is_object()) unfit(key, "a list of objects");
    use(entry);
  }
}

template <typename Value, typename Visit>
Value value_of(const Json& object, Visit visit) {
  Value value;
  Reader reader(object);
  visit(reader, value);
  return value;
}

void read_counters(const Json& object, const char* key, load::Counters& counters) {
  with_object(object, key, [&](const Json& found) {
    Reader reader(found);
    for (const CounterKind& kind : counter_kinds)
      reader(std::string(kind.key).c_str(), counters.*kind.count);
  });
}

void read_histogram(const Json& object, std::string_view key, load::Histogram& histogram) {
  const std::string name(key);
  with_object(object, name.c_str(), [&](const Json& found) {
    std::uint64_t count = 0, minimum = 0, maximum = 0;
    std::string code;
    Reader reader(found);
    reader("count", count);
    if (count == 0) return;
    reader("minimum_ns", minimum);
    reader("maximum_ns", maximum);
    reader("hdr_histogram", code);
    if (const auto status = decode_into(histogram, code, minimum, maximum); !status)
      throw Unfit("\"" + name + "\": " + status.error().text);
    if (histogram.count() != count) unfit(name, "whole: its count differs from its histogram");
  });
}

load::Interval read_interval(const Json& object) {
  load::Interval interval;
  Reader reader(object);
  visit_interval(reader, interval);
  read_counters(object, "counters", interval.counters);
  read_histogram(object, "acknowledged_from_due", interval.acknowledged);
  read_histogram(object, "received_from_due", interval.received);
  // There may be thousands of intervals.
  interval.acknowledged = interval.acknowledged.compact();
  interval.received = interval.received.compact();
  return interval;
}

load::WorkerUse read_worker(const Json& object) {
  return value_of<load::WorkerUse>(object, [](auto& v, auto& x) { visit_worker(v, x); });
}

Process read_process(const Json& object) {
  Process process;
  with_object(object, "host", [&](const Json& host) {
    process.host = value_of<Host>(host, [](auto& v, auto& x) { visit_host(v, x); });
  });
  for_each_in(object, "workers",
              [&](const Json& worker) { process.workers.push_back(read_worker(worker)); });
  Reader reader(object);
  reader("complete", process.complete);
  return process;
}

void read_lists(const Json& json, load::Measurement& measurement) {
  for_each_in(json, "failures", [&](const Json& entry) {
    std::string reason;
    std::uint64_t count = 0;
    Reader reader(entry);
    reader("reason", reason);
    reader("count", count);
    measurement.failures[reason] += count;
  });
  // A warning that a later version added is left out rather than the whole result refused.
  for_each_in(json, "warnings", [&](const Json& entry) {
    std::string name;
    Reader reader(entry);
    reader("name", name);
    if (const auto warning = warning_named(name)) measurement.warnings.push_back(*warning);
  });
  for_each_in(json, "intervals",
              [&](const Json& entry) { measurement.intervals.push_back(read_interval(entry)); });
}

load::Measurement read_measurement(const Json& json) {
  load::Measurement measurement;
  Reader reader(json);
  visit_measurement(reader, measurement);
  with_object(json, "broker", [&](const Json& broker) {
    Reader fields(broker);
    visit_broker(fields, measurement.broker);
  });
  with_object(json, "delivery", [&](const Json& delivery) {
    Reader fields(delivery);
    visit_delivery(fields, measurement.delivery);
  });
  read_counters(json, "counters", measurement.counters);
  read_counters(json, "whole_run", measurement.whole_run);
  with_object(json, "latencies", [&](const Json& latencies) {
    for (const LatencyKind& kind : latency_kinds)
      read_histogram(latencies, kind.key, measurement.latencies.*kind.histogram);
  });
  read_lists(json, measurement);
  return measurement;
}

RunResult read_document(const Json& json) {
  RunResult result;
  with_object(json, "tool", [&](const Json& tool) {
    Reader reader(tool);
    reader("version", result.tool_version);
  });
  with_object(json, "setup", [&](const Json& setup) {
    result.setup = value_of<Setup>(setup, [](auto& v, auto& x) { visit_setup(v, x); });
  });
  for_each_in(json, "options", [&](const Json& option) {
    result.options.push_back(
        value_of<Option>(option, [](auto& v, auto& x) { visit_option(v, x); }));
  });
  for_each_in(json, "verdicts", [&](const Json& verdict) {
    result.verdicts.push_back(
        value_of<Verdict>(verdict, [](auto& v, auto& x) { visit_verdict(v, x); }));
  });
  for_each_in(json, "processes",
              [&](const Json& process) { result.processes.push_back(read_process(process)); });
  if (json.contains("calibrated_rate_per_s")) {
    Reader reader(json);
    reader("calibrated_rate_per_s", result.calibrated_rate.emplace());
  }
  result.measurement = read_measurement(json);
  for (const Process& process : result.processes)
    result.measurement.workers.insert(result.measurement.workers.end(), process.workers.begin(),
                                      process.workers.end());
  return result;
}

Status check_kind(const Json& json) {
  if (!json.is_object() || part(json, "type") != "bench" ||
      !part(json, "version").is_number_integer())
    return fail(ExitCode::io, "not a result of mqtt-bench: no type \"bench\" with a version");
  const auto version = part(json, "version").get<std::int64_t>();
  if (version == document_version) return {};
  return fail(
      ExitCode::io,
      "a result of version " + std::to_string(version) + ", and this mqtt-bench reads version " +
          std::to_string(document_version) +
          (version > document_version ? ": use a newer mqtt-bench" : ": run the bench again"));
}

}  // namespace

Result<RunResult> parse_result(std::string_view text) {
  // The parser would follow any depth of nesting, and this file could come from anywhere.
  if (!record::is_json(text)) return fail(ExitCode::io, "not a result of mqtt-bench: not JSON");
  try {
    const Json json = Json::parse(text);
    if (const auto status = check_kind(json); !status) return tl::unexpected(status.error());
    return read_document(json);
  } catch (const std::exception& error) {
    return fail(ExitCode::io, std::string("a damaged result of mqtt-bench: ") + error.what());
  }
}

Result<RunResult> read_result(const std::string& path) {
  return read_file(path, largest_file).and_then([&](const std::string& text) {
    return parse_result(text).map_error([&](const Error& error) {
      return Error{error.code, path + ": " + error.text};
    });
  });
}

}  // namespace mqtt_toolbox::report
