#include "load/measurement.hpp"

namespace mqtt_toolbox::load {

void Counters::add(const Counters& other) {
  connects_started += other.connects_started;
  connects_succeeded += other.connects_succeeded;
  connects_failed += other.connects_failed;
  connections_lost += other.connections_lost;
  reconnects += other.reconnects;
  due += other.due;
  sent += other.sent;
  acknowledged += other.acknowledged;
  refused += other.refused;
  sent_bytes += other.sent_bytes;
  received += other.received;
  received_bytes += other.received_bytes;
}

namespace {

constexpr Histogram Latencies::*all_latencies[] = {
    &Latencies::resolve,
    &Latencies::connect,
    &Latencies::tls,
    &Latencies::connack,
    &Latencies::acknowledged_from_due,
    &Latencies::acknowledged_from_written,
    &Latencies::received_from_due,
    &Latencies::received_from_written,
    &Latencies::lateness,
};

}  // namespace

void Latencies::merge(const Latencies& other) {
  for (const auto member : all_latencies) (this->*member).merge(other.*member);
}

void Latencies::reset() {
  for (const auto member : all_latencies) (this->*member).reset();
}

}  // namespace mqtt_toolbox::load
