#include "probe/tool_settings.hpp"

#include <array>

#include "base/text.hpp"
#include "check/suite.hpp"
#include "options/assign.hpp"
#include "protocol/types.hpp"

namespace mqtt_toolbox::probe {

using namespace check;
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

ToolSettings& own(options::Settings& settings) {
  return static_cast<ToolSettings&>(settings);
}

Status take_requirements(options::Settings& settings, Values values) {
  return check::parse_requirements(values[0], broker_fact_rows()).map([&](auto parsed) {
    auto& all = own(settings).requirements;
    all.insert(all.end(), parsed.begin(), parsed.end());
  });
}

Status take_before(options::Settings& settings, Values values) {
  own(settings).before = values[0];
  return {};
}

Status take_hostile(options::Settings& settings, Values) {
  constexpr BrokerBounds deep{.topic_levels = 30'000, .filters = 50'000};
  ToolSettings& mine = own(settings);
  mine.hostile = true;
  mine.bounds.topic_levels = deep.topic_levels;
  mine.bounds.filters = deep.filters;
  return {};
}

Status take_packet_limit(options::Settings& settings, Values values) {
  return parse_size(values[0]).and_then([&](std::uint64_t size) -> Status {
    if (size < 1024 || size > protocol::maximum_packet_bytes)
      return fail(ExitCode::usage, "is not from 1KiB to 256MiB");
    own(settings).bounds.packet = size;
    return {};
  });
}

constexpr std::array specs{
    check::no_control,
    check::missing_after,
    Spec{.name = "require",
         .kind = Kind::facts,
         .value_name = "LIST",
         .group = Group::limits,
         .repeatable = true,
         .help = "what the broker has to have; exit 1 when it has not",
         .manual = "A list parted by commas of NAME, !NAME, or NAME, one of >= <= > < = != and a "
                   "value, where NAME is one of the facts below: qos2,!anonymous,packet>=1MiB. "
                   "Sizes and durations have units. Only the checks that this needs are made, and "
                   "the exit status depends on the requirements alone.",
         .assign = take_requirements},
    Spec{.name = "diff",
         .kind = Kind::file,
         .value_name = "FILE",
         .group = Group::limits,
         .help = "compare facts and verdicts with what --json printed earlier",
         .manual = "Of this broker or another. The exit status is 1 when there is a difference. "
                   "Facts that differ from one run to the next are not compared.",
         .assign = take_before},
    Spec{.name = "hostile",
         .group = Group::limits,
         .help = "also do what may harm a broker",
         .manual = "Floods of unfinished packets, huge lengths, NUL in topics, topics of 30000 "
                   "levels: some brokers end. Only for brokers of one's own.",
         .assign = take_hostile},
    Spec{.name = "packet-limit",
         .kind = Kind::size,
         .value_name = "SIZE",
         .group = Group::limits,
         .fallback = "16MiB",
         .help = "the largest packet that is tried, up to 256MiB",
         .assign = take_packet_limit},
};

constexpr std::array groups{Group::checks,     Group::connection, Group::authentication,
                            Group::tls,        Group::websocket,  Group::session,
                            Group::properties, Group::reporting,  Group::general};

constexpr std::array examples{
    options::Example{"what a broker is and can do", "mqtt-probe -h broker.example"},
    options::Example{"whether it will do for us",
                     "mqtt-probe -h broker.example --require 'mqtt5,qos2,shared,packet>=1MiB'"},
    options::Example{"days left of its certificate",
                     "mqtt-probe -L mqtts://broker.example --require 'certificate-days>=14'"},
    options::Example{"before and after an update",
                     "mqtt-probe --json >before.json; mqtt-probe --diff before.json"},
};

Status check(options::Settings& settings) {
  if (settings.plan.engine != client::Engine::native)
    return fail(ExitCode::usage,
                "--engine: only the native engine can send what no client may; leave it out");
  return check::check_names(broker_cases(), settings.checks.cases);
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-probe",
    .summary = "find out what an MQTT broker is and can do, and where its limits are",
    .synopsis = "[OPTIONS]",
    .description =
        "Asks a broker by MQTT alone: which versions it speaks, what it announces, which features "
        "work, how large packets, topics and identifiers may be, what TLS it offers, and whether "
        "it refuses what the standard forbids. Each check has a verdict and may bring facts; a "
        "fact that the broker announces is marked so, all others were measured."
        "\n\n"
        "Limits are found by attempts that grow until one fails; where none fails up to a bound, "
        "the fact is \"at least\". By default nothing is done that harms a broker known to us; "
        "--hostile is for the rest. Topics of the checks lie below --topic-prefix, and nothing is "
        "left there.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .cases = [] { return check::texts_of(broker_cases()); },
    .facts = [] { return check::texts_of(broker_fact_rows()); },
    .check = check,
};

}  // namespace mqtt_toolbox::probe
