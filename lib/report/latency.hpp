#pragma once

#include <array>
#include <string>
#include <string_view>

#include "load/measurement.hpp"

namespace mqtt_toolbox::report {

/// One of the histograms of load::Latencies: the one table of what they are called.
struct LatencyKind {
  std::string_view key;         ///< in JSON and as a tag of HdrHistogram logs
  std::string_view short_name;  ///< in front of a percentile in objectives: "ack.p99"
  std::string_view meaning;     ///< for people, one clause
  load::Histogram load::Latencies::*histogram;
};

inline constexpr std::array<LatencyKind, 10> latency_kinds{{
    {"resolve", "resolve", "name to address", &load::Latencies::resolve},
    {"connect", "tcp", "TCP connect", &load::Latencies::connect},
    {"tls", "tls", "TLS handshake", &load::Latencies::tls},
    {"connack", "connack", "CONNECT to CONNACK", &load::Latencies::connack},
    {"acknowledged_from_due", "ack",
     "due to acknowledged (corrected), or to the end where none came",
     &load::Latencies::acknowledged_from_due},
    {"acknowledged_from_written", "ack-service", "written to acknowledged (uncorrected)",
     &load::Latencies::acknowledged_from_written},
    {"received_from_due", "received", "due to received (corrected)",
     &load::Latencies::received_from_due},
    {"received_from_written", "service", "written to received (uncorrected)",
     &load::Latencies::received_from_written},
    {"lateness", "lateness", "due to written: the generator, or a full window",
     &load::Latencies::lateness},
    {"arrival_to_read", "reading", "arrived in the kernel to read: the generator's waking up",
     &load::Latencies::arrival_to_read},
}};

/// What a scenario's plain "p99" is of: received_from_due for roundtrip and subscribe,
/// acknowledged_from_due for publish, connack for connect.
const LatencyKind& principal_latency(load::Scenario scenario);

/// A percentile that every document has.
struct Percentile {
  std::string_view key;   ///< "p99_9", in JSON
  std::string_view name;  ///< "p99.9", for people
  double percent;
};

inline constexpr std::array<Percentile, 8> percentiles{{
    {"p50", "p50", 50},
    {"p75", "p75", 75},
    {"p90", "p90", 90},
    {"p95", "p95", 95},
    {"p99", "p99", 99},
    {"p99_9", "p99.9", 99.9},
    {"p99_99", "p99.99", 99.99},
    {"p99_999", "p99.999", 99.999},
}};

/// Nanoseconds for people, three digits (or more) and a unit: "950 ns", "12.3 us", "1.05 ms", "2.50
/// s".
std::string show_nanoseconds(double nanoseconds, int digits = 3);

/// A percentile for people: the highest value of its cell, but no more than the largest there was.
std::string show_percentile(const load::Histogram& histogram, double percent);

/// A count or a rate for people: "999", "12,345", and from ten million "12.3 M".
std::string show_count(double count);

}  // namespace mqtt_toolbox::report
