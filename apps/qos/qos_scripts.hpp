#pragma once

#include "check/case_context.hpp"
#include "check/fault_injector.hpp"
#include "check/sequence_tally.hpp"

// The scripts behind the table in qos_cases.cpp. Each subscribes at the QoS that it publishes at,
// unless it is about the difference, and judges its own promise only.

namespace mqtt_toolbox::qos {

// Streams over connections that hold (qos_streams.cpp).
check::Finding play_at_most_once(check::CaseContext& context);
check::Finding play_at_least_once(check::CaseContext& context);
check::Finding play_exactly_once(check::CaseContext& context);
check::Finding play_order(check::CaseContext& context);
check::Finding play_lowered_qos(check::CaseContext& context);
check::Finding play_unraised_qos(check::CaseContext& context);
check::Finding play_first_without_dup(check::CaseContext& context);
check::Finding play_queued_without_dup(check::CaseContext& context);
check::Finding play_dup_of_publisher(check::CaseContext& context);

/// A stream of the variant's QoS to the topic of that name, over connections that hold, with at
/// most so many messages on their way at once; the tally of what arrived.
check::SequenceTally play_stream(check::CaseContext& context, std::string_view name,
                                 std::size_t length, std::optional<std::uint16_t> window = {});
/// The tally of what a client has received: one that lacks messages once more later.
check::SequenceTally settled_tally(check::CaseContext& context, const check::EngineClient& observer,
                                   std::size_t sent);
/// Messages that are lost without a cut as well are not the cut's doing. Seen with a stream of that
/// length and window.
check::Finding against_uncut(check::CaseContext& context, check::Finding found, std::size_t length,
                             std::optional<std::uint16_t> window = {});

// Packet identifiers and windows (qos_identifiers.cpp).
check::Finding play_identifiers_in_use(check::CaseContext& context);
check::Finding play_identifier_taken_again(check::CaseContext& context);
check::Finding play_identifier_not_released(check::CaseContext& context);
check::Finding play_refused_by_subscriber(check::CaseContext& context);
check::Finding play_receive_maximum(check::CaseContext& context);

// The publisher's connection is cut (qos_publisher.cpp).
check::Finding play_publisher_cut(check::CaseContext& context, const check::FaultPoint& point);
check::Finding play_full_window(check::CaseContext& context);

// The subscriber's connection is cut (qos_subscriber.cpp).
check::Finding play_subscriber_cut(check::CaseContext& context, const check::FaultPoint& point);
check::Finding play_order_on_resume(check::CaseContext& context);
check::Finding play_acknowledged_not_again(check::CaseContext& context);

// Sessions (qos_sessions.cpp).
check::Finding play_queued(check::CaseContext& context);
check::Finding play_order_of_queued(check::CaseContext& context);
check::Finding play_session_present(check::CaseContext& context);
check::Finding play_session_not_present(check::CaseContext& context);
check::Finding play_subscriptions_kept(check::CaseContext& context);
check::Finding play_clean_start_forgets(check::CaseContext& context);

}  // namespace mqtt_toolbox::qos
