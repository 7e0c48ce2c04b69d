#include "qos/qos_cases.hpp"

#include "check/added.hpp"
#include "check/foreign.hpp"
#include "check/stream.hpp"
#include "qos/qos_scripts.hpp"

namespace mqtt_toolbox::qos {

using namespace check;

using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

constexpr Variant at_qos_0[] = {{.qos = Qos::at_most_once}};
constexpr Variant at_qos_2[] = {{.qos = Qos::exactly_once}};
constexpr Variant at_qos_2_resumed[] = {{.qos = Qos::exactly_once, .resume = true}};
constexpr Variant at_each_qos[] = {{.name = "qos0", .qos = Qos::at_most_once},
                                   {.name = "qos1", .qos = Qos::at_least_once},
                                   {.name = "qos2", .qos = Qos::exactly_once}};
constexpr std::span at_acknowledged_qos = std::span(at_each_qos).subspan(1);
constexpr std::span at_lower_qos = std::span(at_each_qos).first(2);

constexpr Variant cuts_at_each_qos[] = {
    {.name = "qos1-resume", .qos = Qos::at_least_once, .resume = true},
    {.name = "qos1-resume-thrice", .qos = Qos::at_least_once, .resume = true, .times = 3},
    {.name = "qos1-new-session", .qos = Qos::at_least_once},
    {.name = "qos1-new-session-thrice", .qos = Qos::at_least_once, .times = 3},
    {.name = "qos2-resume", .qos = Qos::exactly_once, .resume = true},
    {.name = "qos2-resume-thrice", .qos = Qos::exactly_once, .resume = true, .times = 3},
    {.name = "qos2-new-session", .qos = Qos::exactly_once},
    {.name = "qos2-new-session-thrice", .qos = Qos::exactly_once, .times = 3},
};
constexpr Variant cuts_at_qos_1[] = {
    {.name = "resume", .qos = Qos::at_least_once, .resume = true},
    {.name = "resume-thrice", .qos = Qos::at_least_once, .resume = true, .times = 3},
    {.name = "new-session", .qos = Qos::at_least_once},
    {.name = "new-session-thrice", .qos = Qos::at_least_once, .times = 3},
};
constexpr Variant cuts_at_qos_2[] = {
    {.name = "resume", .qos = Qos::exactly_once, .resume = true},
    {.name = "resume-thrice", .qos = Qos::exactly_once, .resume = true, .times = 3},
    {.name = "new-session", .qos = Qos::exactly_once},
    {.name = "new-session-thrice", .qos = Qos::exactly_once, .times = 3},
};

/// The two sides' packets, with what becomes of them.
template <Direction direction, PacketType type, Fate fate>
Finding cut_publisher(CaseContext& context) {
  return play_publisher_cut(context, {direction, type, fate});
}
template <Direction direction, PacketType type>
Finding cut_subscriber(CaseContext& context) {
  return play_subscriber_cut(context, {direction, type, Fate::cut_before});
}

constexpr Direction sent = Direction::sent;
constexpr Direction received = Direction::received;
constexpr Fate before = Fate::cut_before;
constexpr Fate after = Fate::cut_after;

constexpr Case cases[] = {
    {.name = "at-most-once",
     .section = "4.3.1",
     .promise = "no QoS 0 message arrives twice",
     .play = play_at_most_once,
     .variants = at_qos_0},
    {.name = "at-least-once",
     .section = "4.3.2",
     .promise = "every QoS 1 message arrives",
     .play = play_at_least_once},
    {.name = "exactly-once",
     .section = "4.3.3",
     .promise = "every QoS 2 message arrives, and none twice",
     .play = play_exactly_once,
     .variants = at_qos_2},
    {.name = "order",
     .section = "4.6",
     .promise = "the messages of a topic arrive in the order in which they were published",
     .play = play_order,
     .variants = at_each_qos},
    {.name = "lowered-qos",
     .section = "3.8.4",
     .promise = "a message arrives at no higher QoS than the subscription was granted",
     .play = play_lowered_qos,
     .variants = at_lower_qos},
    {.name = "unraised-qos",
     .section = "3.8.4",
     .promise = "a message arrives at the QoS it was published at where the subscription has a "
                "higher one",
     .play = play_unraised_qos},
    {.name = "first-without-dup",
     .section = "3.3.1.1",
     .promise = "a message that is sent for the first time has DUP=0",
     .play = play_first_without_dup,
     .variants = at_acknowledged_qos},
    {.name = "queued-without-dup",
     .section = "3.3.1.1",
     .promise = "a message that waited for an absent client has DUP=0 the first time",
     .play = play_queued_without_dup,
     .variants = at_acknowledged_qos},
    {.name = "dup-of-publisher",
     .section = "3.3.1.1",
     .promise = "the publisher's DUP is not passed on",
     .play = play_dup_of_publisher},
    {.name = "identifiers-in-use",
     .section = "2.2.1",
     .promise = "no message gets the packet identifier of one that is not acknowledged",
     .play = play_identifiers_in_use,
     .variants = at_acknowledged_qos},
    {.name = "identifier-taken-again",
     .section = "4.3.3",
     .promise = "the packet identifier of a finished message is that of a new one when it comes "
                "again",
     .play = play_identifier_taken_again,
     .variants = at_acknowledged_qos},
    {.name = "identifier-not-released",
     .section = "4.3.3",
     .promise = "a PUBLISH that comes again before PUBREL is answered with PUBREC and is no new "
                "message",
     .play = play_identifier_not_released,
     .variants = at_qos_2},
    {.name = "refused-by-subscriber",
     .section = "4.3.3",
     .promise = "a message that its receiver refuses with PUBREC is finished",
     .play = play_refused_by_subscriber,
     .versions = Versions::v5_only,
     .variants = at_qos_2},
    {.name = "receive-maximum",
     .section = "4.9",
     .promise = "no more messages are unacknowledged at once than the client's Receive Maximum",
     .play = play_receive_maximum,
     .versions = Versions::v5_only,
     .variants = at_acknowledged_qos},

    {.name = "publisher-cut-after-publish",
     .section = "4.4",
     .promise = "a message survives a connection that ends behind its PUBLISH",
     .play = cut_publisher<sent, PacketType::publish, after>,
     .variants = cuts_at_each_qos},
    {.name = "publisher-cut-before-puback",
     .section = "4.3.2",
     .promise = "a message survives a connection that ends before PUBACK",
     .play = cut_publisher<received, PacketType::puback, before>,
     .variants = cuts_at_qos_1},
    {.name = "publisher-cut-before-pubrec",
     .section = "4.3.3",
     .promise = "a message arrives once when its PUBLISH is sent again because PUBREC was lost",
     .play = cut_publisher<received, PacketType::pubrec, before>,
     .variants = cuts_at_qos_2},
    {.name = "publisher-cut-after-pubrec",
     .section = "4.3.3",
     .promise = "PUBREL is answered on a later connection than PUBLISH",
     .play = cut_publisher<sent, PacketType::pubrel, before>,
     .variants = cuts_at_qos_2},
    {.name = "publisher-cut-after-pubrel",
     .section = "4.3.3",
     .promise = "a message arrives once when the connection ends behind PUBREL",
     .play = cut_publisher<sent, PacketType::pubrel, after>,
     .variants = cuts_at_qos_2},
    {.name = "publisher-cut-before-pubcomp",
     .section = "4.3.3",
     .promise = "a PUBREL that is sent again because PUBCOMP was lost is answered",
     .play = cut_publisher<received, PacketType::pubcomp, before>,
     .variants = cuts_at_qos_2},
    {.name = "full-window",
     .section = "4.4",
     .promise = "40 messages at once, or as many as the Receive Maximum allows, survive a "
                "connection that ends before the first PUBREC",
     .play = play_full_window,
     .variants = at_qos_2_resumed},

    {.name = "subscriber-cut-before-puback",
     .section = "4.4",
     .promise = "a split between delivery and PUBACK causes a duplicate: the message comes again "
                "with DUP=1 and its packet identifier",
     .play = cut_subscriber<sent, PacketType::puback>,
     .variants = cuts_at_qos_1},
    {.name = "subscriber-cut-before-pubrec",
     .section = "4.4",
     .promise = "a split before PUBREC: PUBLISH comes again with DUP=1 and its packet identifier, "
                "so that it counts once",
     .play = cut_subscriber<sent, PacketType::pubrec>,
     .variants = cuts_at_qos_2},
    {.name = "subscriber-cut-after-pubrec",
     .section = "4.3.3",
     .promise = "a split after PUBREC: PUBREL comes, and PUBLISH does not come again",
     .play = cut_subscriber<received, PacketType::pubrel>,
     .variants = cuts_at_qos_2},
    {.name = "subscriber-cut-before-pubcomp",
     .section = "4.3.3",
     .promise = "a split before PUBCOMP: PUBREL comes again, and PUBLISH does not",
     .play = cut_subscriber<sent, PacketType::pubcomp>,
     .variants = cuts_at_qos_2},
    {.name = "order-on-resume",
     .section = "4.6",
     .promise = "unacknowledged messages come again in the order in which they first came",
     .play = play_order_on_resume,
     .variants = at_acknowledged_qos},
    {.name = "acknowledged-not-again",
     .section = "4.4",
     .promise = "what was acknowledged is not sent again on the next connection",
     .play = play_acknowledged_not_again,
     .variants = at_acknowledged_qos},

    {.name = "queued",
     .section = "4.1",
     .promise = "QoS 1 and QoS 2 messages wait for a client that is away",
     .play = play_queued,
     .variants = at_acknowledged_qos},
    {.name = "order-of-queued",
     .section = "4.6",
     .promise = "messages that waited come in the order in which they were published",
     .play = play_order_of_queued,
     .variants = at_acknowledged_qos},
    {.name = "session-present",
     .section = "3.2.2.1.1",
     .promise = "Session Present is 1 when a client comes back to its session",
     .play = play_session_present},
    {.name = "session-not-present",
     .section = "3.2.2.1.1",
     .promise = "Session Present is 0 after a clean start",
     .play = play_session_not_present},
    {.name = "subscriptions-kept",
     .section = "4.1",
     .promise = "subscriptions hold when a client comes back to its session",
     .play = play_subscriptions_kept},
    {.name = "clean-start-forgets",
     .section = "3.1.2.4",
     .promise = "a clean start ends the old session with its messages and subscriptions",
     .play = play_clean_start_forgets},
    no_foreign_messages,
    no_added_properties,
};

}  // namespace

std::span<const Case> qos_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::qos
