#pragma once

#include <cstdint>
#include <span>

#include "check/case.hpp"
#include "check/fact.hpp"

namespace mqtt_toolbox::probe {

/// How far the searches of mqtt-probe go; the fixture of its cases.
struct BrokerBounds {
  std::uint64_t packet = 16u << 20;  ///< bytes
  std::uint64_t topic_levels = 1000;
  std::uint64_t filters = 5000;
  std::uint64_t queued = 2000;
};

/// What mqtt-probe asks a broker; RunContext::company is its BrokerBounds.
std::span<const check::Case> broker_cases();
/// What those cases may learn, in the order in which people are told.
std::span<const check::FactRow> broker_fact_rows();

/// The parts of the table.
std::span<const check::Case> protocol_cases();
std::span<const check::Case> delivery_cases();
std::span<const check::Case> retained_cases();
std::span<const check::Case> subscription_cases();
std::span<const check::Case> session_cases();
std::span<const check::Case> property_cases();
std::span<const check::Case> keep_alive_cases();
std::span<const check::Case> limit_cases();
std::span<const check::Case> harmful_limit_cases();
std::span<const check::Case> tls_cases();
std::span<const check::Case> malformed_cases();
std::span<const check::Case> forbidden_cases();
std::span<const check::Case> hostile_cases();

}  // namespace mqtt_toolbox::probe
