#pragma once

#include <array>
#include <cstdint>

#include "base/result.hpp"
#include "load/measurement.hpp"

namespace mqtt_toolbox::load {

/// A way in which something that was asked for did not come about.
struct FailureKind {
  std::uint64_t Counters::*count;
  /// What one of them makes of the exit status. Connections can be made again: whether they were is
  /// seen at the end only, and decides about them.
  ExitCode status;
};

/// The one book of failures: what counts as an error everywhere, each with its reason in
/// Measurement::failures.
inline constexpr std::array<FailureKind, 6> failure_kinds{{
    {&Counters::connects_failed, ExitCode::done},
    {&Counters::connections_lost, ExitCode::done},
    {&Counters::refused, ExitCode::rejected},
    {&Counters::refused_here, ExitCode::rejected},
    {&Counters::subscriptions_refused, ExitCode::rejected},
    {&Counters::unacknowledged, ExitCode::no},
}};

}  // namespace mqtt_toolbox::load
