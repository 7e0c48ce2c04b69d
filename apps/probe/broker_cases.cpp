#include "probe/broker_cases.hpp"

#include <array>
#include <vector>

#include "check/added.hpp"
#include "check/foreign.hpp"
#include "probe/broker_facts.hpp"

namespace mqtt_toolbox::probe {

using namespace check;

namespace {

constexpr std::array usual_parts{protocol_cases,     keep_alive_cases, delivery_cases,
                                 subscription_cases, retained_cases,   property_cases,
                                 session_cases,      tls_cases};
/// They connect first.
constexpr std::array late_harmful_parts{malformed_cases, forbidden_cases};
constexpr std::array harmful_parts{hostile_cases, harmful_limit_cases};

void add_harmful(std::vector<Case>& cases, std::span<const Case> rows, bool begins_harmless) {
  for (Case row : rows) {
    row.alone = true;
    row.may_kill = true;
    row.begins_harmless = begins_harmless;
    cases.push_back(row);
  }
}

}  // namespace

std::span<const Case> broker_cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> cases;
    for (const auto part : usual_parts) {
      const auto rows = part();
      cases.insert(cases.end(), rows.begin(), rows.end());
    }
    for (Case row : limit_cases()) {
      row.may_kill = true;
      cases.push_back(row);
    }
    for (const auto part : late_harmful_parts) add_harmful(cases, part(), true);
    for (const auto part : harmful_parts) add_harmful(cases, part(), false);
    // They judge what the clients of all others have received.
    cases.push_back(no_foreign_messages);
    cases.push_back(no_added_properties);
    return cases;
  }();
  return all;
}

std::span<const FactRow> broker_fact_rows() {
  return broker_facts;
}

}  // namespace mqtt_toolbox::probe
