#include "probe/questions.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "check/changes.hpp"
#include "check/report.hpp"
#include "check/suite.hpp"

namespace mqtt_toolbox::probe {

using namespace check;

namespace {

bool is_of_tls(std::string_view case_name) {
  return case_name.starts_with("tls");
}

Status check_tls(const ToolSettings& settings) {
  if (settings.plan.transport.tls || settings.checks.list) return {};
  for (const check::Requirement& one : settings.requirements)
    if (is_of_tls(one.row->played))
      return fail(ExitCode::usage, "--require: \"" + printable(one.text, 100) +
                                       "\" is about TLS, and the connection is without it");
  return {};
}

/// Cases that make sense for this connection and these questions.
bool wants(const ToolSettings& settings, const Case& played) {
  if (played.hostile && !settings.hostile) return false;
  if (is_of_tls(played.name) && !settings.plan.transport.tls) return false;
  const auto& required = settings.requirements;
  if (required.empty() || !settings.before.empty()) return true;
  return std::any_of(required.begin(), required.end(),
                     [&](const check::Requirement& one) { return one.row->played == played.name; });
}

/// Searches go as far as the requirements do.
BrokerBounds bounds_of(const ToolSettings& settings) {
  BrokerBounds bounds = settings.bounds;
  for (const check::Requirement& one : settings.requirements) {
    const auto* number = std::get_if<std::uint64_t>(&one.value);
    if (number == nullptr) continue;
    const auto widen = [&](std::string_view name, std::uint64_t& bound, std::uint64_t most) {
      if (one.row->name == name) bound = std::max(bound, std::min(*number + 1, most));
    };
    widen("packet", bounds.packet, protocol::maximum_packet_bytes);
    widen("queued", bounds.queued, 1'000'000);
  }
  return bounds;
}

class Judge {
 public:
  Judge(const ToolSettings& settings, check::Knowledge before)
      : settings_(settings), before_(std::move(before)) {}

  std::optional<ExitCode> conclude(check::Report& report) const {
    const bool is_asked = !settings_.requirements.empty() || !settings_.before.empty();
    if (!is_asked) return std::nullopt;
    const bool all_met = require(report);
    const bool all_equal = settings_.before.empty() || compare(report);
    return all_met && all_equal ? ExitCode::done : ExitCode::no;
  }

 private:
  bool require(check::Report& report) const {
    bool all_met = true;
    for (const check::Requirement& one : settings_.requirements) {
      const check::Fulfilment fulfilment = fulfilment_of(one, report.facts());
      report.requirement({one.text, fulfilment.met, fulfilment.observed});
      all_met = all_met && fulfilment.met;
    }
    return all_met;
  }

  bool compare(check::Report& report) const {
    check::Knowledge now;
    for (const Fact& fact : report.facts()) now.add(fact);
    for (const auto& [name, verdict] : report.verdicts()) now.add(name, verdict);
    const auto changes = check::changes_between(before_, now);
    for (const check::Change& one : changes)
      report.change({one.kind, one.name, one.change, one.before, one.after});
    return changes.empty();
  }

  const ToolSettings& settings_;
  check::Knowledge before_;
};

}  // namespace

console::Ended ask(console::World& world, const ToolSettings& settings) {
  if (const Status status = check_tls(settings); !status) {
    world.reporter.error(status.error().text);
    return {status.error().code, 0};
  }
  check::Knowledge before;
  if (!settings.before.empty()) {
    auto read = check::read_knowledge(settings.before, broker_fact_rows());
    if (!read) {
      world.reporter.error("--diff: " + read.error().text);
      return {read.error().code, 0};
    }
    before = std::move(*read);
  }
  const Judge judge(settings, std::move(before));
  BrokerBounds bounds = bounds_of(settings);
  check::Suite suite{.cases = broker_cases(), .facts = broker_fact_rows()};
  suite.begin = [&](RunContext& run) -> Status {
    run.company = &bounds;
    constexpr std::size_t beside_payload = 64u << 10;
    run.largest_packet = std::max(run.largest_packet, bounds.packet + beside_payload);
    return {};
  };
  suite.wants = [&](const Case& played) { return wants(settings, played); };
  suite.conclude = [&](check::Report& report) { return judge.conclude(report); };
  return check::run(world, settings, suite);
}

}  // namespace mqtt_toolbox::probe
