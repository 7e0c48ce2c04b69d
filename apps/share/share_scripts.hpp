#pragma once

#include "check/case_context.hpp"

// The scripts behind the table in share_cases.cpp.

namespace mqtt_toolbox::share {

// Who gets which message (share_delivery.cpp).
check::Finding play_share_served(check::CaseContext& context);
check::Finding play_one_member(check::CaseContext& context);
check::Finding play_every_group(check::CaseContext& context);
check::Finding play_groups_of_one_name(check::CaseContext& context);
check::Finding play_plain_subscriber(check::CaseContext& context);
check::Finding play_even_share(check::CaseContext& context);
check::Finding play_share_without_retained(check::CaseContext& context);
check::Finding play_share_no_local(check::CaseContext& context);

// Members come, go, die and are slow (share_members.cpp).
check::Finding play_member_joins(check::CaseContext& context);
check::Finding play_member_unsubscribes(check::CaseContext& context);
check::Finding play_member_disconnects(check::CaseContext& context);
check::Finding play_member_dies(check::CaseContext& context);
check::Finding play_member_dies_for_good(check::CaseContext& context);
check::Finding play_member_dies_at_qos_2(check::CaseContext& context);
check::Finding play_acknowledged_by_the_dead(check::CaseContext& context);
check::Finding play_refused_by_member(check::CaseContext& context);
check::Finding play_silent_member(check::CaseContext& context);
check::Finding play_deaf_member(check::CaseContext& context);

}  // namespace mqtt_toolbox::share
