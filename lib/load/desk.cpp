#include "load/desk.hpp"

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

void Desk::fail_with(const Error& error) {
  ++failures[error.text];
  if (!first_error) first_error = error;
}

void Desk::retire(std::unique_ptr<transport::Stream> stream) {
  if (!stream) return;
  if (retired_.empty()) loop.defer([this] { retired_.clear(); });
  retired_.push_back(std::move(stream));
}

}  // namespace mqtt_toolbox::load
