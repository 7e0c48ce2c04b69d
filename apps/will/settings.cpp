#include "will/settings.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/utf8.hpp"
#include "check/suite.hpp"
#include "options/assign.hpp"
#include "protocol/topic.hpp"
#include "will/will_fixture.hpp"

namespace mqtt_toolbox::will {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

Settings& own(options::Settings& settings) {
  return static_cast<Settings&>(settings);
}

constexpr std::array<std::string_view, 3> observer_names{"both", "native", "paho"};

Status take_observer(options::Settings& settings, Values values) {
  own(settings).observers = values[0] == "both"     ? ObserverEngines::both
                            : values[0] == "native" ? ObserverEngines::native
                                                    : ObserverEngines::paho;
  return {};
}

template <std::string Settings::*member>
Status take_text(options::Settings& settings, Values values) {
  own(settings).*member = values[0];
  return {};
}

Status take_topic(options::Settings& settings, Values values) {
  if (const auto checked = protocol::check_topic_name(values[0]); !checked)
    return fail(ExitCode::usage,
                '"' + printable(values[0], 100) + "\": " + protocol::describe(checked.error()));
  own(settings).refused_topic = values[0];
  return {};
}

constexpr std::array specs{
    check::no_control,
    check::missing_after,
    Spec{.name = "cut",
         .kind = Kind::choice,
         .value_name = "HOW",
         .group = Group::checks,
         .choices = will::own_will_cuts,
         .fallback = "rst",
         .help = "how the connection of your own will ends, with --will-topic",
         .manual = "silence: the connection stays open and nothing is sent any more, so that the "
                   "broker acts by --keepalive; kill: a process of its own is killed.",
         .assign = take_text<&Settings::cut>},
    Spec{.name = "witness",
         .kind = Kind::choice,
         .value_name = "WHO",
         .group = Group::checks,
         .choices = observer_names,
         .fallback = "both, where the paho engine can be had",
         .help = "which clients look whether the will comes",
         .manual = "Two independent implementations of MQTT: when they do not see the same, the "
                   "verdict is inconclusive.",
         .assign = take_observer},
    Spec{.name = "kick",
         .kind = Kind::command,
         .value_name = "COMMAND",
         .group = Group::checks,
         .help = "also check the will of a client that the broker throws out",
         .manual = "The shell command has the broker end the connection of the client "
                   "$MQTT_CLIENT_ID.",
         .assign = take_text<&Settings::kick>},
    Spec{.name = "refused-topic",
         .kind = Kind::text,
         .value_name = "TOPIC",
         .group = Group::checks,
         .help = "also check a will to this topic, which you may not publish to",
         .assign = take_topic},
};

constexpr std::array groups{
    Group::checks,  Group::connection, Group::authentication, Group::tls,       Group::websocket,
    Group::session, Group::will,       Group::properties,     Group::reporting, Group::general};

constexpr std::array examples{
    options::Example{"whether a broker treats wills as it should", "mqtt-will-test -h localhost"},
    options::Example{"one kind of end only", "mqtt-will-test --case silence --case fin"},
    options::Example{
        "what becomes of a device's own will",
        "mqtt-will-test --will-topic home/stove --will-payload gone --cut silence -k 5"},
};

/// Also those that need an option.
std::vector<check::Case> every_case() {
  const auto all = will::will_cases();
  std::vector<check::Case> cases(all.begin(), all.end());
  cases.push_back(will::will_kick_case());
  cases.push_back(will::will_refused_topic_case());
  return cases;
}

Status check_cases(const Settings& settings) {
  const auto is_named = [&](const check::Case& played) {
    const auto& names = settings.checks.cases;
    return std::find(names.begin(), names.end(), played.name) != names.end();
  };
  if (settings.kick.empty() && is_named(will::will_kick_case()))
    return fail(ExitCode::usage, "--case kick needs --kick COMMAND");
  if (settings.refused_topic.empty() && is_named(will::will_refused_topic_case()))
    return fail(ExitCode::usage, "--case refused-topic needs --refused-topic TOPIC");
  return check::check_names(every_case(), settings.checks.cases);
}

Status check(options::Settings& base) {
  Settings& settings = own(base);
  const bool is_own = settings.plan.session.will.has_value();
  if (settings.plan.engine != client::Engine::native)
    return fail(ExitCode::usage,
                "--engine: only the native engine can cut connections; --witness paho has the "
                "other one look");
  if (!settings.cut.empty() && !is_own)
    return fail(ExitCode::usage, "--cut is for your own will; give --will-topic too");
  if (is_own && (!settings.checks.cases.empty() || settings.checks.list))
    return fail(ExitCode::usage,
                "--will-topic is about your own will, --case and --list are about the checks; "
                "give one or the other");
  if (is_own && (!settings.kick.empty() || !settings.refused_topic.empty()))
    return fail(ExitCode::usage, "--will-topic goes neither with --kick nor with --refused-topic");
  if (settings.cut == "silence" && settings.plan.session.keep_alive == 0)
    return fail(ExitCode::usage, "--cut silence needs a --keepalive, which the broker acts by");
  if (is_own && settings.cut.empty()) settings.cut = "rst";
  return check_cases(settings);
}

std::vector<options::CaseText> cases() {
  return check::texts_of(every_case());
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-will-test",
    .summary = "see whether, when and how a broker publishes wills",
    .synopsis = "[OPTIONS]\n[OPTIONS] --will-topic TOPIC [--will-payload TEXT] [--cut HOW]",
    .description =
        "Connects clients with a will, ends their connections in every way a device dies, and says "
        "which wills came, when and how, and whether the specification wants it so. Times are "
        "measured from the moment of the cut. What the wills leave retained is cleared."
        "\n\n"
        "With --will-topic your own will is tried instead, with your own client identifier and "
        "session: the will goes to everybody who has subscribed to its topic. What the topic "
        "retained before is put back afterwards, with its properties and what remains of its "
        "expiry, also when the tool is interrupted, and goes to the subscribers once more; nothing "
        "else is published. What cannot be put back is said before the will is tried. A value that "
        "somebody else has published meanwhile stays, and is named. Who ends the tool by SIGKILL "
        "keeps it from putting anything back.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .cases = cases,
    .check = check,
};

}  // namespace mqtt_toolbox::will
