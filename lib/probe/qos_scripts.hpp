#pragma once

#include "probe/cutter.hpp"
#include "probe/ledger.hpp"
#include "probe/scene.hpp"

// The scripts behind the table in qos_cases.cpp. Each subscribes at the QoS that it publishes at,
// unless it is about the difference, and judges its own promise only.

namespace mqtt_toolbox::probe {

// Streams over connections that hold (qos_streams.cpp).
Finding play_at_most_once(Scene& scene);
Finding play_at_least_once(Scene& scene);
Finding play_exactly_once(Scene& scene);
Finding play_order(Scene& scene);
Finding play_lowered_qos(Scene& scene);
Finding play_unraised_qos(Scene& scene);
Finding play_first_without_dup(Scene& scene);
Finding play_queued_without_dup(Scene& scene);
Finding play_dup_of_publisher(Scene& scene);

/// A stream of the variant's QoS to the topic of that name, over connections that hold, with at
/// most so many messages on their way at once; the ledger of what arrived.
Ledger play_stream(Scene& scene, std::string_view name, std::size_t length,
                   std::optional<std::uint16_t> window = {});
/// The ledger of what a client has received: one that lacks messages once more later.
Ledger settled_ledger(Scene& scene, const Peer& observer, std::size_t sent);
/// Messages that are lost without a cut as well are not the cut's doing. Seen with a stream of that
/// length and window.
Finding against_uncut(Scene& scene, Finding found, std::size_t length,
                      std::optional<std::uint16_t> window = {});

// Packet identifiers and windows (qos_identifiers.cpp).
Finding play_identifiers_in_use(Scene& scene);
Finding play_identifier_taken_again(Scene& scene);
Finding play_identifier_not_released(Scene& scene);
Finding play_refused_by_subscriber(Scene& scene);
Finding play_receive_maximum(Scene& scene);

// The publisher's connection is cut (qos_publisher.cpp).
Finding play_publisher_cut(Scene& scene, const CutPoint& point);
Finding play_full_window(Scene& scene);

// The subscriber's connection is cut (qos_subscriber.cpp).
Finding play_subscriber_cut(Scene& scene, const CutPoint& point);
Finding play_order_on_resume(Scene& scene);
Finding play_acknowledged_not_again(Scene& scene);

// Sessions (qos_sessions.cpp).
Finding play_queued(Scene& scene);
Finding play_order_of_queued(Scene& scene);
Finding play_session_present(Scene& scene);
Finding play_session_not_present(Scene& scene);
Finding play_subscriptions_kept(Scene& scene);
Finding play_clean_start_forgets(Scene& scene);

}  // namespace mqtt_toolbox::probe
