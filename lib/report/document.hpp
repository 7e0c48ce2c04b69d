#pragma once

#include "load/measurement.hpp"
#include "report/result.hpp"

/// The fields of the document, each once: the writer and the reader both go through these. A
/// visitor is called with the field's key and the member; the keys are the document's and carry the
/// unit that the member's type does not say.
namespace mqtt_toolbox::report {

template <typename Visitor, typename Any>
void visit_setup(Visitor& visit, Any& setup) {
  visit("scenario", setup.scenario);
  visit("mqtt_version", setup.version);
  visit("publishers", setup.publishers);
  visit("subscribers", setup.subscribers);
  visit("idle_clients", setup.idle_clients);
  visit("publish_qos", setup.publish_qos);
  visit("subscribe_qos", setup.subscribe_qos);
  visit("retain", setup.retain);
  visit("payload_bytes", setup.payload_bytes);
  visit("rate_per_s", setup.rate);
  visit("arrivals", setup.arrivals);
  visit("connect_rate_per_s", setup.connect_rate);
  visit("churn_rate_per_s", setup.churn_rate);
  visit("messages", setup.messages);
  visit("duration_ns", setup.duration);
  visit("warmup_ns", setup.warmup);
  visit("interval_ns", setup.interval);
  visit("drain_ns", setup.drain);
  visit("threads", setup.threads);
  visit("run", setup.run);
  visit("seed", setup.seed);
  visit("loopback_addresses", setup.loopback_addresses);
}

template <typename Visitor, typename Any>
void visit_host(Visitor& visit, Any& host) {
  visit("name", host.name);
  visit("kernel", host.kernel);
  visit("cores", host.cores);
  visit("file_limit", host.file_limit);
}

template <typename Visitor, typename Any>
void visit_broker(Visitor& visit, Any& broker) {
  visit("receive_maximum", broker.receive_maximum);
  visit("maximum_qos", broker.maximum_qos);
  visit("retain_available", broker.retain_available);
  visit("maximum_packet_size", broker.maximum_packet_size);
  visit("topic_alias_maximum", broker.topic_alias_maximum);
  visit("server_keep_alive_s", broker.keep_alive);
  visit("wildcard_subscription_available", broker.wildcard_subscription_available);
  visit("subscription_identifiers_available", broker.subscription_identifier_available);
  visit("shared_subscription_available", broker.shared_subscription_available);
}

template <typename Visitor, typename Any>
void visit_delivery(Visitor& visit, Any& delivery) {
  visit("expected", delivery.expected);
  visit("lost", delivery.lost);
  visit("duplicated", delivery.duplicated);
  visit("reordered", delivery.reordered);
}

template <typename Visitor, typename Any>
void visit_worker(Visitor& visit, Any& worker) {
  visit("cpu_s", worker.cpu);
  visit("wall_s", worker.wall);
  visit("run_queue_s", worker.run_queue);
}

template <typename Visitor, typename Any>
void visit_option(Visitor& visit, Any& option) {
  visit("name", option.name);
  visit("value", option.value);
}

template <typename Visitor, typename Any>
void visit_verdict(Visitor& visit, Any& verdict) {
  visit("objective", verdict.objective);
  visit("met", verdict.met);
  visit("found", verdict.found);
}

/// What an interval has beside counters and histograms.
template <typename Visitor, typename Any>
void visit_interval(Visitor& visit, Any& interval) {
  visit("end_ns", interval.end);
  visit("warmup", interval.warmup);
  visit("in_flight", interval.in_flight);
  visit("cpu_s", interval.cpu);
}

/// What made messages late; it follows from the other fields.
template <typename Visitor, typename Any>
void visit_late_shares(Visitor& visit, Any& shares) {
  visit("generator", shares.generator);
  visit("broker", shares.broker);
  visit("machine", shares.machine);
  visit("host", shares.host);
}

/// What a measurement has beside lists and histograms.
template <typename Visitor, typename Any>
void visit_measurement(Visitor& visit, Any& measurement) {
  visit("measured_ns", measurement.measured);
  visit("interrupted", measurement.interrupted);
  visit("started_unix_ns", measurement.started_unix_ns);
  visit("clients_connected", measurement.clients_connected);
  visit("never_connected", measurement.never_connected.clients);
  visit("never_connected_first", measurement.never_connected.first);
  visit("never_connected_status", measurement.never_connected.cause);
  visit("connecting_ns", measurement.connecting);
  visit("late_s", measurement.late.all);
  visit("held_up_s", measurement.late.held_up);
  visit("steal_share", measurement.steal);
}

}  // namespace mqtt_toolbox::report
