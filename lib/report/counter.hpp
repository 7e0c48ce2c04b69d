#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "load/measurement.hpp"

namespace mqtt_toolbox::report {

/// One member of load::Counters: the one table of what they are called.
struct CounterKind {
  std::string_view key;      ///< in JSON; with "mqtt_bench_" and "_total" around it in Prometheus
  std::string_view meaning;  ///< one clause
  std::uint64_t load::Counters::*count;
};

inline constexpr std::array<CounterKind, 16> counter_kinds{{
    {"connects_started", "connects begun", &load::Counters::connects_started},
    {"connects_succeeded", "connects that a CONNACK accepted", &load::Counters::connects_succeeded},
    {"connects_failed", "connects that failed", &load::Counters::connects_failed},
    {"connections_lost", "connections lost after CONNACK", &load::Counters::connections_lost},
    {"reconnects", "connects after a lost connection", &load::Counters::reconnects},
    {"due", "messages whose time to be sent had come", &load::Counters::due},
    {"sent", "messages sent", &load::Counters::sent},
    {"acknowledged", "messages acknowledged with success", &load::Counters::acknowledged},
    {"refused", "messages refused by a reason code", &load::Counters::refused},
    {"refused_here", "messages not sent, because a limit of the broker forbids them",
     &load::Counters::refused_here},
    {"subscriptions_refused", "topic filters that were not subscribed to",
     &load::Counters::subscriptions_refused},
    {"unacknowledged", "messages without an acknowledgement at the end",
     &load::Counters::unacknowledged},
    {"sent_bytes", "payload bytes sent", &load::Counters::sent_bytes},
    {"received", "messages received by subscribers", &load::Counters::received},
    {"received_bytes", "payload bytes received by subscribers", &load::Counters::received_bytes},
    {"foreign", "messages received by subscribers of a roundtrip that it did not send",
     &load::Counters::foreign},
}};

}  // namespace mqtt_toolbox::report
