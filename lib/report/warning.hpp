#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/export.hpp"
#include "load/measurement.hpp"

namespace mqtt_toolbox::report {

/// The one table of warnings about a measurement.
struct WarningMeaning {
  load::Warning warning;
  std::string_view name;   ///< in JSON
  std::string_view cause;  ///< what was seen and what it means for the figures, one sentence
  std::string_view mend;   ///< what to do, one sentence
};

inline constexpr std::array<WarningMeaning, 9> warning_meanings{{
    {load::Warning::generator_busy, "generator_busy",
     "A thread of the generator used over 80 % of its core: the generator may be the limit.",
     "Lower --rate, add --threads, or use more machines."},
    {load::Warning::sends_late, "sends_late",
     "Messages were sent later than due: the schedule could not be kept.",
     "Lower --rate, add --threads, or use more machines."},
    {load::Warning::few_samples, "few_samples",
     "Too few values for the highest percentiles: they say little more than the maximum.",
     "Measure longer (--duration) or at a higher rate."},
    {load::Warning::reconnects, "reconnects",
     "Connections were lost during the measured time: latencies hold the time without them.",
     "Look at the broker's log and limits; the reasons stand under failures."},
    {load::Warning::delayed_acknowledgement, "delayed_acknowledgement",
     "Latencies stand near 40 ms: the broker's TCP waits for more to send.",
     "Set TCP_NODELAY at the broker (Mosquitto: set_tcp_nodelay true)."},
    {load::Warning::clock_step, "clock_step",
     "The clock and the threads' ticks disagree: the machine paused or its clock stepped.",
     "Measure again on a machine that neither sleeps nor migrates."},
    {load::Warning::client_limits, "client_limits",
     "Fewer clients connected than were asked for: the load was smaller than stated.",
     "Look at the failures; raise the broker's limits, ulimit -n, or add --source-address."},
    {load::Warning::few_ports, "few_ports",
     "More clients than half of the local ports of a source address: connects grow slow.",
     "Give several with --source-address; net.ipv4.ip_local_port_range is the limit of each."},
    {load::Warning::incomplete, "incomplete",
     "The run ended before its time: the figures are of what was measured until then.",
     "Run it again to its end."},
}};

MQTT_TOOLBOX_API const WarningMeaning& meaning(load::Warning warning);

/// What a warning says of a measurement: its meaning, and of late messages what made them late,
/// with its share, and what helps against that.
struct WarningText {
  std::string cause;
  std::string mend;
};
MQTT_TOOLBOX_API WarningText text_of(load::Warning warning, const load::Measurement& measurement);
std::optional<load::Warning> warning_named(std::string_view name);

}  // namespace mqtt_toolbox::report
