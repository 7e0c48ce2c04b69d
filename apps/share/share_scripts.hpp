#pragma once

#include "check/case_context.hpp"

// The scripts behind the table in share_cases.cpp.

namespace mqtt_toolbox::share {

// Who gets which message (share_delivery.cpp).
check::Finding play_share_served(check::Scene& scene);
check::Finding play_one_member(check::Scene& scene);
check::Finding play_every_group(check::Scene& scene);
check::Finding play_groups_of_one_name(check::Scene& scene);
check::Finding play_plain_subscriber(check::Scene& scene);
check::Finding play_even_share(check::Scene& scene);
check::Finding play_share_without_retained(check::Scene& scene);
check::Finding play_share_no_local(check::Scene& scene);

// Members come, go, die and are slow (share_members.cpp).
check::Finding play_member_joins(check::Scene& scene);
check::Finding play_member_unsubscribes(check::Scene& scene);
check::Finding play_member_disconnects(check::Scene& scene);
check::Finding play_member_dies(check::Scene& scene);
check::Finding play_member_dies_for_good(check::Scene& scene);
check::Finding play_member_dies_at_qos_2(check::Scene& scene);
check::Finding play_acknowledged_by_the_dead(check::Scene& scene);
check::Finding play_refused_by_member(check::Scene& scene);
check::Finding play_silent_member(check::Scene& scene);
check::Finding play_deaf_member(check::Scene& scene);

}  // namespace mqtt_toolbox::share
