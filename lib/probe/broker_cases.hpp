#pragma once

#include <cstdint>
#include <span>

#include "base/export.hpp"
#include "probe/case.hpp"
#include "probe/fact.hpp"

namespace mqtt_toolbox::probe {

/// How far the searches of mqtt-probe go; the company of its cases.
struct BrokerBounds {
  std::uint64_t packet = 16u << 20;  ///< bytes
  std::uint64_t topic_levels = 1000;
  std::uint64_t filters = 5000;
  std::uint64_t queued = 2000;
};

/// What mqtt-probe asks a broker; Ground::company is its BrokerBounds.
MQTT_TOOLBOX_API std::span<const Case> broker_cases();
/// What those cases may learn, in the order in which people are told.
MQTT_TOOLBOX_API std::span<const FactRow> broker_fact_rows();

/// The parts of the table.
std::span<const Case> protocol_cases();
std::span<const Case> delivery_cases();
std::span<const Case> retained_cases();
std::span<const Case> subscription_cases();
std::span<const Case> session_cases();
std::span<const Case> property_cases();
std::span<const Case> keep_alive_cases();
std::span<const Case> limit_cases();
std::span<const Case> harmful_limit_cases();
std::span<const Case> tls_cases();
std::span<const Case> malformed_cases();
std::span<const Case> forbidden_cases();
std::span<const Case> hostile_cases();

}  // namespace mqtt_toolbox::probe
