#include "load/measurement.hpp"

#include <algorithm>

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
  refused_here += other.refused_here;
  subscriptions_refused += other.subscriptions_refused;
  unacknowledged += other.unacknowledged;
  sent_bytes += other.sent_bytes;
  received += other.received;
  received_bytes += other.received_bytes;
  foreign += other.foreign;
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
    &Latencies::arrival_to_read,
};

}  // namespace

void Latencies::merge(const Latencies& other) {
  for (const auto member : all_latencies) (this->*member).merge(other.*member);
}

void Latencies::reset() {
  for (const auto member : all_latencies) (this->*member).reset();
}

void Interval::add(const Interval& other) {
  end = std::max(end, other.end);
  warmup = warmup || other.warmup;
  counters.add(other.counters);
  for (const auto histogram : {&Interval::acknowledged, &Interval::received}) {
    (this->*histogram).merge(other.*histogram);
    this->*histogram = (this->*histogram).compact();
  }
  in_flight += other.in_flight;
  cpu += other.cpu;
}

void Interval::join(const Interval& before) {
  counters.add(before.counters);
  acknowledged.merge(before.acknowledged);
  received.merge(before.received);
  cpu += before.cpu;
}

void Delivery::add(const Delivery& other) {
  expected += other.expected;
  lost += other.lost;
  duplicated += other.duplicated;
  reordered += other.reordered;
}

void NeverConnected::add(const NeverConnected& other) {
  clients += other.clients;
  if (first.empty()) first = other.first;
  cause = worse(cause, other.cause);
}

}  // namespace mqtt_toolbox::load
