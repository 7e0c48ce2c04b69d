#include "probe/broker_cases.hpp"

#include <vector>

#include "probe/broker_facts.hpp"

namespace mqtt_toolbox::probe {

std::span<const Case> broker_cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> cases;
    for (const auto part :
         {protocol_cases, keep_alive_cases, delivery_cases, subscription_cases, retained_cases,
          property_cases, session_cases, limit_cases, tls_cases, malformed_cases, hostile_cases}) {
      const auto rows = part();
      cases.insert(cases.end(), rows.begin(), rows.end());
    }
    return cases;
  }();
  return all;
}

std::span<const FactRow> broker_fact_rows() {
  return broker_facts;
}

}  // namespace mqtt_toolbox::probe
