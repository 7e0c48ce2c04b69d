#include "share/share_cases.hpp"

#include "check/added.hpp"
#include "check/foreign.hpp"
#include "check/stream.hpp"
#include "share/share_scripts.hpp"

namespace mqtt_toolbox::share {

using namespace check;

using protocol::Qos;

namespace {

constexpr Variant at_qos_2[] = {{.qos = Qos::exactly_once}};
constexpr Variant at_each_qos[] = {{.name = "qos0", .qos = Qos::at_most_once},
                                   {.name = "qos1", .qos = Qos::at_least_once},
                                   {.name = "qos2", .qos = Qos::exactly_once}};

constexpr Case cases[] = {
    {.name = "served",
     .section = "4.8.2",
     .promise = "a shared subscription that was granted gets messages",
     .play = play_share_served},
    {.name = "one-member",
     .section = "4.8.2",
     .promise = "each message goes to one member of a group, and to one only",
     .play = play_one_member,
     .variants = at_each_qos},
    {.name = "every-group",
     .section = "4.8.2",
     .promise = "each message goes to every group",
     .play = play_every_group},
    {.name = "groups-of-one-name",
     .section = "4.8.2",
     .promise = "groups of one name with different topic filters are different groups",
     .play = play_groups_of_one_name},
    {.name = "plain-subscriber",
     .section = "4.8.2",
     .promise = "a plain subscription beside a group gets each message",
     .play = play_plain_subscriber},
    {.name = "even-share",
     .section = "4.8.2",
     .promise = "no member of a group is left out",
     .play = play_even_share},
    {.name = "member-joins",
     .section = "4.8.2",
     .promise = "a new member gets its part, and no message is lost",
     .play = play_member_joins},
    {.name = "member-unsubscribes",
     .section = "4.8.2",
     .promise = "a member that unsubscribes gets no more, and no message is lost with it",
     .play = play_member_unsubscribes},
    {.name = "member-disconnects",
     .section = "4.8.2",
     .promise = "no message is lost with a member that disconnects",
     .play = play_member_disconnects},
    {.name = "member-dies",
     .section = "4.8.2",
     .promise = "what a dead member had not acknowledged goes to another member, or to itself when "
                "it comes back",
     .play = play_member_dies},
    {.name = "member-dies-for-good",
     .section = "4.8.2",
     .promise =
         "what a member had not acknowledged goes to another member when its session is over",
     .play = play_member_dies_for_good},
    {.name = "member-dies-at-qos2",
     .section = "4.8.2",
     .promise = "a QoS 2 message that was begun with a member is finished with that member only",
     .play = play_member_dies_at_qos_2,
     .variants = at_qos_2},
    {.name = "acknowledged-by-the-dead",
     .section = "4.8.2",
     .promise = "what a dead member had acknowledged goes to no other member",
     .play = play_acknowledged_by_the_dead},
    {.name = "refused-by-member",
     .section = "4.8.2",
     .promise = "what a member refuses with a PUBACK of 0x80 or more goes to no other member",
     .play = play_refused_by_member,
     .versions = Versions::v5_only},
    {.name = "silent-member",
     .section = "4.8.2",
     .promise = "a member that does not acknowledge does not hold up the others",
     .play = play_silent_member},
    {.name = "deaf-member",
     .section = "4.8.2",
     .promise = "a member that does not read does not hold up the others",
     .play = play_deaf_member},
    {.name = "no-retained",
     .section = "4.8.2",
     .promise = "a new shared subscription gets no retained messages",
     .play = play_share_without_retained},
    {.name = "no-local",
     .section = "3.8.3.1",
     .promise = "No Local on a shared subscription is a protocol error, which ends the connection",
     .play = play_share_no_local,
     .versions = Versions::v5_only},
    no_foreign_messages,
    no_added_properties,
};

}  // namespace

std::span<const Case> share_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::share
