#pragma once

#include "probe/scene.hpp"

// The scripts behind the table in share_cases.cpp.

namespace mqtt_toolbox::probe {

// Who gets which message (share_delivery.cpp).
Finding play_share_served(Scene& scene);
Finding play_one_member(Scene& scene);
Finding play_every_group(Scene& scene);
Finding play_groups_of_one_name(Scene& scene);
Finding play_plain_subscriber(Scene& scene);
Finding play_even_share(Scene& scene);
Finding play_share_without_retained(Scene& scene);
Finding play_share_no_local(Scene& scene);

// Members come, go, die and are slow (share_members.cpp).
Finding play_member_joins(Scene& scene);
Finding play_member_unsubscribes(Scene& scene);
Finding play_member_disconnects(Scene& scene);
Finding play_member_dies(Scene& scene);
Finding play_member_dies_for_good(Scene& scene);
Finding play_member_dies_at_qos_2(Scene& scene);
Finding play_acknowledged_by_the_dead(Scene& scene);
Finding play_refused_by_member(Scene& scene);
Finding play_silent_member(Scene& scene);
Finding play_deaf_member(Scene& scene);

}  // namespace mqtt_toolbox::probe
