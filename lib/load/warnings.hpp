#pragma once

#include <vector>

#include "base/export.hpp"
#include "load/measurement.hpp"

namespace mqtt_toolbox::load {

/// From here on a thread had no time to be on time.
inline constexpr double busy_share = 0.8;
/// The schedule was not kept when 1 % of the messages were later than this, or when 1 % of what was
/// due was not sent at all.
inline constexpr Duration late_sends = std::chrono::milliseconds(1);
/// The same where others on the machine were the cause: some milliseconds now and then are usual on
/// one that is not idle, and stand in the report as lateness.
inline constexpr Duration late_among_others = std::chrono::milliseconds(5);
/// Fewer values leave not ten beyond the 99th percentile.
inline constexpr std::uint64_t enough_samples = 1000;

/// What a measurement shows about itself. `clock_error`: how far another clock of the system went
/// away from the one that measured.
MQTT_TOOLBOX_API std::vector<Warning> warnings_of(const Measurement& measurement,
                                                  std::uint32_t clients, bool incomplete,
                                                  Duration clock_error);

}  // namespace mqtt_toolbox::load
