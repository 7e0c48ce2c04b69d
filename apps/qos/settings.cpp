#include "qos/settings.hpp"

#include <array>

#include "base/text.hpp"
#include "check/suite.hpp"
#include "options/assign.hpp"
#include "qos/qos_cases.hpp"

namespace mqtt_toolbox::qos {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

Status take_messages(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 2, 100'000).map([&](std::uint64_t messages) {
    static_cast<Settings&>(settings).amounts.messages = messages;
  });
}

constexpr std::array specs{
    check::no_control,
    check::missing_after,
    Spec{.name = "messages",
         .kind = Kind::number,
         .value_name = "N",
         .group = Group::flow,
         .fallback = "50, and 8 where connections are cut",
         .help = "how many messages a stream has, 2 to 100000",
         .manual = "Connections are cut in the middle of a stream. Checks of one detail send the "
                   "few messages that they need.",
         .assign = take_messages},
};

constexpr std::array groups{Group::checks,    Group::connection, Group::authentication,
                            Group::tls,       Group::websocket,  Group::session,
                            Group::reporting, Group::general};

constexpr std::array examples{
    options::Example{"all checks of a broker", "mqtt-qos-test -h broker.example"},
    options::Example{"is QoS 2 exactly once when PUBREC is lost?",
                     "mqtt-qos-test -h broker.example --case publisher-cut-before-pubrec"},
    options::Example{"longer streams, for a script",
                     "mqtt-qos-test -h broker.example --messages 1000 --json"},
};

Status check(options::Settings& settings) {
  return check::check_names(qos::qos_cases(), settings.checks.cases);
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-qos-test",
    .summary = "check what an MQTT broker makes of QoS 0, 1 and 2 when connections are cut",
    .synopsis = "[OPTIONS]",
    .description =
        "Sends numbered messages through a broker, cuts the connection of the publisher or of the "
        "subscriber at the packets where it hurts most, once and three times, comes back with the "
        "session or with a new one, and says whether the messages arrived as their QoS promises. "
        "It also checks their order, the DUP flag, packet identifiers, the Receive Maximum, the "
        "QoS of deliveries, waiting messages and Session Present."
        "\n\n"
        "The client whose connection is cut is the toolbox's own. The other side, which only "
        "publishes or observes, is the client that --engine names. All topics of a run lie below "
        "one of its own, nothing is retained, and the sessions are ended.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .cases = [] { return check::texts_of(qos::qos_cases()); },
    .check = check,
};

}  // namespace mqtt_toolbox::qos
