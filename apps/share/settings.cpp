#include "share/settings.hpp"

#include <array>

#include "base/text.hpp"
#include "check/suite.hpp"
#include "options/assign.hpp"
#include "share/share_cases.hpp"

namespace mqtt_toolbox::share {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

check::Amounts& amounts(options::Settings& settings) {
  return static_cast<Settings&>(settings).amounts;
}

Status take_messages(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, 100'000).map([&](std::uint64_t messages) {
    amounts(settings).messages = messages;
  });
}

template <std::size_t check::Amounts::*member, std::uint64_t least>
Status take_number(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], least, 1000).map([&](std::uint64_t number) {
    amounts(settings).*member = number;
  });
}

constexpr std::array specs{
    check::no_control,
    check::missing_after,
    Spec{.name = "members",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::flow,
         .fallback = "3",
         .help = "how many members a group has, 2 to 1000",
         .manual = "Checks of what becomes of one member have groups of two.",
         .assign = take_number<&check::Amounts::members, 2>},
    Spec{.name = "groups",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::flow,
         .fallback = "2",
         .help = "how many groups there are side by side, 1 to 1000",
         .assign = take_number<&check::Amounts::groups, 1>},
    Spec{.name = "messages",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::flow,
         .fallback = "20 to 60, as the check needs",
         .help = "how many messages a group is to share, 1 to 100000",
         .manual = "A member that gets nothing counts as left out only where there are ten "
                   "messages or more for each member.",
         .assign = take_messages},
};

constexpr std::array groups{Group::checks,    Group::connection, Group::authentication,
                            Group::tls,       Group::websocket,  Group::session,
                            Group::reporting, Group::general};

constexpr std::array examples{
    options::Example{"all checks of a broker", "mqtt-share-test -h broker.example"},
    options::Example{"how evenly are 10000 messages shared by ten?",
                     "mqtt-share-test -h broker.example --case even-share --members 10 "
                     "--messages 10000"},
    options::Example{"what becomes of the messages of a member that dies?",
                     "mqtt-share-test -h broker.example --case member-dies"},
};

Status check(options::Settings& settings) {
  return check::check_names(share::share_cases(), settings.checks.cases);
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-share-test",
    .summary = "check how an MQTT broker serves shared subscriptions",
    .synopsis = "[OPTIONS]",
    .description =
        "Makes groups of subscribers with $share, publishes numbered messages, and says whether "
        "each message went to exactly one member of every group, how evenly (with Jain's index of "
        "fairness: 1 when all members get the same, 1/n when one of n gets everything), and what "
        "happens when members join, leave, die with unacknowledged messages, refuse, or are slow."
        "\n\n"
        "A broker that refuses shared subscriptions, or that grants them and delivers nothing, "
        "does "
        "not support them; the latter is a failure of one check under MQTT 5.0. Before MQTT 5.0 "
        "there is no standard for shared subscriptions, so that no check fails. The members are "
        "the toolbox's own clients; --engine names the one that publishes. What is retained for a "
        "check is cleared again.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .cases = [] { return check::texts_of(share::share_cases()); },
    .check = check,
};

}  // namespace mqtt_toolbox::share
