#include "probe/broker_cases.hpp"

#include <array>
#include <vector>

#include "probe/added.hpp"
#include "probe/broker_facts.hpp"
#include "probe/foreign.hpp"

namespace mqtt_toolbox::probe {

namespace {

constexpr std::array usual_parts{protocol_cases,     keep_alive_cases, delivery_cases,
                                 subscription_cases, retained_cases,   property_cases,
                                 session_cases,      tls_cases};
constexpr std::array harmful_parts{malformed_cases, forbidden_cases, hostile_cases,
                                   harmful_limit_cases};

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
    for (const auto part : harmful_parts)
      for (Case row : part()) {
        row.alone = true;
        row.may_kill = true;
        cases.push_back(row);
      }
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
