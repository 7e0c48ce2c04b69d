#pragma once

#include <cstdint>

#include "base/export.hpp"
#include "load/measurement.hpp"

namespace mqtt_toolbox::load {

/// What made messages late.
enum class LateCause : std::uint8_t {
  generator,  ///< it had too little time for so many
  broker,     ///< took no more: a full in-flight window or socket, or no connection
  machine,    ///< other programs had the core
  host,       ///< of a virtual machine: other machines had the core
};

/// The share of each in all the time that messages were late, 0 to 1; together 1, or all 0 when
/// none was late.
struct LateShares {
  double generator = 0;
  double broker = 0;
  double machine = 0;
  double host = 0;
};

/// How long the broker held messages up was measured message by message; the rest is divided as the
/// workers' time was: at work, on the run queue, and stolen.
MQTT_TOOLBOX_API LateShares late_shares(const Measurement& measurement);

/// The largest share and whose it is; a share of 0 where none was late.
struct MainCause {
  LateCause cause = LateCause::generator;
  double share = 0;
};
MQTT_TOOLBOX_API MainCause main_cause(const Measurement& measurement);

}  // namespace mqtt_toolbox::load
