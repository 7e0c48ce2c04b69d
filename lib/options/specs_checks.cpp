#include <array>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/assign.hpp"
#include "options/settings.hpp"
#include "options/specs.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::options {
namespace {

Status assign_case(Settings& settings, Values values) {
  settings.checks.cases.emplace_back(values[0]);
  return {};
}

Status assign_limit(Settings& settings, Values values) {
  return parse_time_out(values[0]).map([&](Duration limit) { settings.checks.limit = limit; });
}

Status assign_side_by_side(Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, 1000).map([&](std::uint64_t number) {
    settings.checks.side_by_side = number;
  });
}

Status assign_replays(Settings& settings, Values values) {
  return parse_unsigned(values[0], 0, 10).map([&](std::uint64_t number) {
    settings.checks.replays = static_cast<unsigned>(number);
  });
}

Status assign_topic_prefix(Settings& settings, Values values) {
  if (const auto checked = protocol::check_topic_name(values[0]); !checked)
    return fail(ExitCode::usage,
                '"' + printable(values[0], 100) + "\": " + protocol::describe(checked.error()));
  settings.checks.topic_prefix = values[0];
  return {};
}

constexpr std::array<Spec, 6> specs{{
    {.name = "case",
     .kind = Kind::check,
     .value_name = "NAME",
     .group = Group::checks,
     .repeatable = true,
     .argv_only = true,
     .help = "make this check only",
     .manual = "CASE or CASE/VARIANT, as --list and the results have them.",
     .assign = assign_case},
    {.name = "list",
     .letter = 'l',
     .group = Group::checks,
     .argv_only = true,
     .help = "say which checks there are, and exit",
     .assign = [](Settings& settings, Values) -> Status {
       settings.checks.list = true;
       return {};
     }},
    {.name = "case-timeout",
     .kind = Kind::duration,
     .value_name = "DURATION",
     .group = Group::checks,
     .fallback = "each check has its own",
     .help = "how long a check may take before it counts as inconclusive",
     .assign = assign_limit},
    {.name = "parallel",
     .kind = Kind::number,
     .value_name = "N",
     .group = Group::checks,
     .fallback = "100",
     .help = "checks made side by side, 1 to 1000",
     .assign = assign_side_by_side},
    {.name = "replays",
     .kind = Kind::number,
     .value_name = "N",
     .group = Group::checks,
     .fallback = "3",
     .help = "repeat what failed or was inconclusive N times, apart from the others, 0 to 10",
     .manual = "Many checks at once are a load, and some brokers are only wrong under load. A fail "
               "that packets show stays a fail, with how often it was seen. A fail that rests on "
               "something that did not come in time, and that comes when the check is made apart "
               "from the others, is inconclusive. What was inconclusive and passes then is a pass. "
               "All of them together take at most 60 seconds; what there was no time for is said.",
     .assign = assign_replays},
    {.name = "topic-prefix",
     .kind = Kind::text,
     .value_name = "TOPIC",
     .group = Group::checks,
     .fallback = "mqtt-toolbox",
     .help = "what all topics of the checks begin with",
     .manual = "The user needs the right to publish and to subscribe below it. Before the checks a "
               "client subscribes to one topic there and sends itself a message at QoS 0: where "
               "that is refused, or the message does not come, no check is made and the exit "
               "status is 6.",
     .assign = assign_topic_prefix},
}};

}  // namespace

Specs check_specs() {
  return specs;
}

}  // namespace mqtt_toolbox::options
