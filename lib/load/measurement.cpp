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

}  // namespace mqtt_toolbox::load
