#include "report/delivery.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "report/latency.hpp"

namespace mqtt_toolbox::report {
namespace {

/// What each QoS promises, MQTT 5.0 section 4.3.
struct Promise {
  std::string_view words;
  bool loss_allowed;
  bool duplicates_allowed;
};

constexpr std::array<Promise, 3> promises{{
    {"QoS 0: at most once", true, false},
    {"QoS 1: at least once", false, true},
    {"QoS 2: exactly once", false, false},
}};

}  // namespace

protocol::Qos delivered_qos(const RunResult& result) {
  const Setup& setup = result.setup;
  const protocol::Qos offered = result.measurement.broker.maximum_qos;
  switch (setup.scenario) {
    case load::Scenario::connect:
    case load::Scenario::publish: return std::min(setup.publish_qos, offered);
    case load::Scenario::subscribe: return std::min(setup.subscribe_qos, offered);
    case load::Scenario::roundtrip: break;
  }
  return std::min({setup.publish_qos, setup.subscribe_qos, offered});
}

std::optional<Verdict> promise(const RunResult& result) {
  const load::Delivery& delivery = result.measurement.delivery;
  if (delivery.expected == 0) return std::nullopt;
  const Promise& promise = promises.at(static_cast<std::size_t>(delivered_qos(result)));
  Verdict verdict;
  verdict.objective = promise.words;
  verdict.met = (promise.loss_allowed || delivery.lost == 0) &&
                (promise.duplicates_allowed || delivery.duplicated == 0);
  verdict.found = fmt::format("{} lost, {} duplicated, {} reordered of {}",
                              show_count(static_cast<double>(delivery.lost)),
                              show_count(static_cast<double>(delivery.duplicated)),
                              show_count(static_cast<double>(delivery.reordered)),
                              show_count(static_cast<double>(delivery.expected)));
  return verdict;
}

}  // namespace mqtt_toolbox::report
