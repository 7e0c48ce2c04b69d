#include "load/desk.hpp"

#include "load/messages.hpp"

namespace mqtt_toolbox::load {

namespace {
constexpr std::size_t read_bytes = 64u << 10;
}

Desk::Desk(const Prepared& prepared, std::uint32_t worker)
    : run(prepared),
      random(prepared.plan.seed + worker),
      buffer(read_bytes),
      addresses(prepared.addresses),
      payloads(prepared.plan.publishing.payloads) {
  const Plan& plan = run.plan;
  const bool answers = plan.publishing.qos != protocol::Qos::at_most_once ||
                       plan.subscribing.qos != protocol::Qos::at_most_once;
  acknowledges_each_turn = answers && plan.publishing.rate > 0;
  for (const Group& group : run.groups) groups.emplace_back(group.streams->size());
}

void Desk::fail_with(std::uint64_t Counters::*kind, const Error& error, std::uint64_t count) {
  counters().*kind += count;
  failures[error.text] += count;
  if (!first_error) first_error = error;
}

void Desk::give_up_flights(Time now) {
  flights.for_each([&](const Flight& flight) {
    if (!is_measured(flight.due)) return;
    latencies().acknowledged_from_due.record(now - flight.due);
    latencies().acknowledged_from_written.record(now - flight.written);
  });
  if (flights.size() != 0)
    fail_with(&Counters::unacknowledged, never_acknowledged(), flights.size());
}

std::map<std::string, std::uint64_t> Desk::all_failures() const {
  auto all = failures;
  for (std::size_t code = 0; code < refusals.size(); ++code) {
    const auto reason = static_cast<protocol::ReasonCode>(code);
    if (refusals[code] != 0) all[refused_message(reason).text] += refusals[code];
  }
  return all;
}

void Desk::retire(std::unique_ptr<transport::Stream> stream) {
  if (!stream) return;
  if (retired_.empty()) loop.defer([this] { retired_.clear(); });
  retired_.push_back(std::move(stream));
}

}  // namespace mqtt_toolbox::load
