#include "report/result.hpp"

#include <algorithm>
#include <numeric>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

#include "load/failures.hpp"
#include "report/names.hpp"
#include "report/series.hpp"

namespace mqtt_toolbox::report {
namespace {

std::uint64_t mean_size(const std::vector<std::string>& payloads) {
  if (payloads.empty()) return 0;
  std::uint64_t bytes = 0;
  for (const std::string& payload : payloads) bytes += payload.size();
  return bytes / payloads.size();
}

}  // namespace

Setup setup_of(const load::Plan& plan) {
  Setup setup;
  setup.scenario = plan.scenario;
  setup.version = plan.clients.version;
  setup.publishers = plan.publisher_count();
  setup.subscribers = plan.subscriber_count();
  setup.idle_clients = plan.idle_count();
  setup.publish_qos = plan.publishing.qos;
  setup.subscribe_qos = plan.subscribing.qos;
  setup.retain = plan.publishing.retain;
  setup.payload_bytes = mean_size(plan.publishing.payloads);
  setup.rate = plan.publishing.rate;
  setup.arrivals = plan.publishing.arrivals;
  setup.connect_rate = plan.clients.connect_rate;
  setup.churn_rate = plan.churn_rate;
  setup.messages = plan.publishing.messages;
  setup.duration = plan.duration;
  setup.warmup = plan.warmup;
  setup.interval = plan.interval;
  setup.drain = plan.drain;
  setup.threads = plan.threads;
  setup.run = plan.run;
  setup.seed = plan.seed;
  setup.loopback_addresses = plan.clients.loopback_addresses;
  return setup;
}

std::string_view name(load::Scenario scenario) {
  return name_in(scenario_names, scenario);
}
std::string_view name(load::Arrivals arrivals) {
  return name_in(arrivals_names, arrivals);
}

Host this_host() {
  Host host;
  utsname system{};
  if (::uname(&system) == 0) {
    host.name = system.nodename;
    host.kernel = std::string(system.sysname) + ' ' + system.release + ' ' + system.machine;
  }
  host.cores = std::thread::hardware_concurrency();
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) host.file_limit = files.rlim_cur;
  return host;
}

double Process::busiest() const {
  double most = 0;
  for (const load::WorkerUse& worker : workers)
    if (worker.wall > 0) most = std::max(most, worker.cpu / worker.wall);
  return most;
}

RunResult make_result(load::Measurement measurement, std::string tool_version, Host host,
                      std::vector<Option> options) {
  RunResult result;
  result.tool_version = std::move(tool_version);
  result.options = std::move(options);
  result.setup = setup_of(measurement.plan);
  result.processes.push_back({std::move(host), measurement.workers, !measurement.interrupted});
  result.measurement = std::move(measurement);
  return result;
}

double sent_rate(const load::Measurement& measurement) {
  return per_second(measurement.counters.sent, measurement.measured);
}

double received_rate(const load::Measurement& measurement) {
  return per_second(measurement.counters.received, measurement.measured);
}

std::uint64_t errors(const load::Counters& counters) {
  return std::accumulate(
      load::failure_kinds.begin(), load::failure_kinds.end(), std::uint64_t{0},
      [&](std::uint64_t sum, const load::FailureKind& kind) { return sum + counters.*kind.count; });
}

std::uint64_t errors(const load::Measurement& measurement) {
  return errors(measurement.whole_run);
}

double cpu_seconds(const load::Measurement& measurement) {
  return std::accumulate(
      measurement.workers.begin(), measurement.workers.end(), 0.0,
      [](double sum, const load::WorkerUse& worker) { return sum + worker.cpu; });
}

}  // namespace mqtt_toolbox::report
