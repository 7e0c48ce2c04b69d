#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace mqtt_toolbox::rule_breaker {

/// Every rule that can be broken, one at a time; what each does stands in the table in
/// breaches.cpp.
enum class Breach : std::uint8_t {
  will_dropped_after_fin,
  will_dropped_after_reset,
  will_dropped_after_silence,
  will_late_after_silence,
  keep_alive_ignored,
  will_dropped_after_take_over,
  will_dropped_after_protocol_error,
  will_dropped_at_qos_0,
  will_dropped_at_qos_1,
  will_dropped_at_qos_2,
  will_after_disconnect,
  will_not_after_disconnect_with_will,
  will_dropped_after_error_disconnect,
  will_delay_ignored,
  will_delay_too_long,
  will_delay_not_cancelled,
  will_delay_outlives_session,
  will_delay_lost_on_clean_start,
  will_twice,
  will_qos_lowered,
  will_retain_lost,
  will_retained_though_not_asked,
  will_payload_altered,
  will_payload_format_lost,
  will_content_type_lost,
  will_response_topic_lost,
  will_correlation_lost,
  will_user_properties_reordered,
  will_user_properties_lost,
  will_message_expiry_lost,
  will_too_big_sent,
  will_forbidden_topic_accepted,
  will_dup_at_qos_0,
  take_over_without_disconnect_8e,
  take_over_leaves_the_old,
  qos0_duplicated,
  distributed_late,
  qos1_lost,
  qos1_lost_under_load,
  qos1_not_redelivered,
  qos1_no_dup_flag,
  qos1_dup_on_first,
  qos1_redelivered_after_puback,
  qos2_lost,
  qos2_duplicated_after_resend,
  qos2_duplicated_the_third_time,
  qos2_delivered_twice_on_resume,
  qos2_identifier_not_freed,
  qos2_pubrel_forgotten,
  qos2_pubrel_not_resent,
  qos2_publish_resent_after_pubrec,
  qos2_not_redelivered,
  qos2_dup_false_on_resend,
  qos2_dup_on_first,
  pubrec_refusal_ignored,
  refused_sent_again,
  order_swapped_qos1,
  order_swapped_qos2,
  order_swapped_on_resume,
  resume_wrong_order,
  queued_lost_offline,
  packet_identifier_in_use_reused,
  receive_maximum_exceeded,
  lost_beyond_receive_maximum,
  downgrade_ignored,
  upgrade,
  session_forgotten,
  session_present_missing,
  session_present_wrong,
  session_kept_after_clean_start,
  session_kept_without_expiry,
  subscriptions_forgotten_on_resume,
  share_delivered_twice,
  share_group_starved,
  share_groups_of_one_name_mixed,
  share_plain_starved,
  share_granted_silent,
  share_member_death_lost,
  share_death_wrong_duplicate,
  share_new_member_ignored,
  share_slow_member_blocks,
  share_retained_sent,
  share_no_local_granted,
  share_unfair,
  share_left_member_gets,
  retained_missing,
  retained_missing_for_hash,
  retained_sent_unasked,
  retained_flag_missing,
  retained_flag_on_live,
  retained_lingering,
  retained_not_replaced,
  retain_handling_1_ignored,
  retain_handling_2_ignored,
  retain_as_published_ignored,
  no_local_ignored,
  subscription_identifier_lost,
  subscription_identifier_lost_on_retained,
  subscription_identifier_kept,
  wildcard_plus_broken,
  wildcard_hash_no_parent,
  dollar_matched_by_wildcard,
  message_expiry_ignored,
  message_expiry_not_lowered,
  message_expiry_lost,
  message_expiry_added,
  content_type_added,
  user_property_added,
  will_delay_forwarded,
  disconnect_with_session_expiry,
  connack_with_unasked_method,
  payload_format_lost,
  content_type_lost,
  response_topic_lost,
  correlation_lost,
  user_properties_reordered,
  user_properties_lost,
  topic_alias_refused,
  topic_alias_wrong_topic,
  topic_alias_unset_accepted,
  topic_alias_carried_over,
  topic_alias_maximum_exceeded,
  maximum_packet_size_of_client_ignored,
  maximum_packet_size_lied,
  maximum_packet_size_not_enforced,
  receive_maximum_lied,
  receive_maximum_not_enforced,
  connack_limit_lied,
  session_expiry_ignored,
  session_expiry_late,
  session_expiry_of_disconnect_ignored,
  session_expiry_raised_by_disconnect,
  server_keep_alive_lied,
  assigned_id_missing,
  unknown_auth_accepted,
  second_connect_accepted,
  connect_awaited_for_ever,
  will_flags_without_will_accepted,
  will_qos_not_enforced,
  will_retain_not_enforced,
  empty_will_refused,
  keep_alive_zero_refused,
  receive_maximum_zero_accepted,
  maximum_packet_size_zero_accepted,
  nobody_let_in_after_wildcard,
  nothing_delivered_after_wildcard,
  killed_by_long_topic,
  malformed_tolerated,
  wildcard_in_topic_accepted,
  packet_identifier_zero_accepted,
  reserved_flags_accepted,
  pubrel_flags_accepted,
  unsubscribe_flags_accepted,
  disconnect_flags_accepted,
  subscription_reserved_bits_accepted,
  retain_handling_3_accepted,
  suback_codes_reversed,
  unsuback_codes_reversed,
  puback_reason_of_suback,
  unsubscribe_ignored,
  ping_unanswered,
  forbidden_publish_accepted,
  forbidden_subscribe_granted,
  sys_topics_missing,
};

struct BreachRow {
  Breach breach;
  std::string_view name;  ///< the enumerator's, with hyphens
  std::string_view what;  ///< one clause about the broker, no full stop
};

/// All of them, in the enumeration's order.
std::span<const BreachRow> breaches();

/// ExitCode::usage for a name that no breach has.
Result<Breach> breach_named(std::string_view name);

/// The one rule that a broker breaks; none by default.
class Rules {
 public:
  Rules() = default;
  explicit Rules(std::optional<Breach> broken) : broken_(broken) {}
  bool breaks(Breach breach) const { return broken_ == breach; }

 private:
  std::optional<Breach> broken_;
};

}  // namespace mqtt_toolbox::rule_breaker
