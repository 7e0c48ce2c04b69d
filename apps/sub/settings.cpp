#include "sub/settings.hpp"

#include <array>
#include <string>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/assign.hpp"
#include "options/control_characters.hpp"
#include "options/password_command.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::sub {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

Plan& work(options::Settings& settings) {
  return static_cast<Settings&>(settings).work;
}

template <bool Plan::*member, bool value = true>
Status take_switch(options::Settings& settings, Values) {
  work(settings).*member = value;
  return {};
}

template <Show show>
Status take_show(options::Settings& settings, Values) {
  work(settings).show = show;
  return {};
}

template <auto member>
Status take_duration(options::Settings& settings, Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { work(settings).*member = duration; });
}

template <auto member>
Status take_time_out(options::Settings& settings, Values values) {
  return options::parse_time_out(values[0]).map(
      [&](Duration duration) { work(settings).*member = duration; });
}

Status check_filter(std::string_view filter) {
  if (auto checked = protocol::check_topic_filter(filter); !checked)
    return fail(ExitCode::usage,
                "\"" + printable(filter, 100) + "\": " + protocol::describe(checked.error()));
  return {};
}

Status take_topic(options::Settings& settings, Values values) {
  return check_filter(values[0]).map([&] {
    work(settings).requests.push_back({std::string(values[0]), {}, false, false, {}});
  });
}

Status take_request(options::Settings& settings, Values values) {
  return parse_request(values[0]).map(
      [&](Request&& request) { work(settings).requests.push_back(std::move(request)); });
}

/// -T is compared with the topics of messages, which know nothing of a share.
Status take_filter_out(options::Settings& settings, Values values) {
  if (const auto shared = protocol::shared_subscription(values[0]))
    return fail(ExitCode::usage, "a message has no $share in its topic; give the filter alone: " +
                                     printable(shared->filter, 100));
  return check_filter(values[0]).map([&] { work(settings).filters_out.emplace_back(values[0]); });
}

template <std::vector<std::string> Plan::*member>
Status take_filter(options::Settings& settings, Values values) {
  return check_filter(values[0]).map([&] { (work(settings).*member).emplace_back(values[0]); });
}

Status take_qos(options::Settings& settings, Values values) {
  work(settings).qos = static_cast<protocol::Qos>(values[0][0] - '0');
  return {};
}

constexpr std::array<std::string_view, 3> qos_choices{"0", "1", "2"};
constexpr std::array<std::string_view, 3> retain_handling_choices{"always", "new", "never"};

Status take_retain_handling(options::Settings& settings, Values values) {
  for (std::size_t i = 0; i < retain_handling_choices.size(); ++i)
    if (retain_handling_choices[i] == values[0])
      work(settings).retain_handling = static_cast<protocol::RetainHandling>(i);
  return {};
}

Status take_batch(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, UINT32_MAX).map([&](std::uint64_t filters) {
    work(settings).subscribe_batch = filters;
  });
}

Status take_percent(options::Settings& settings, Values values) {
  auto percent = parse_decimal(values[0], 0, 100);
  if (!percent) return tl::unexpected<Error>(std::move(percent.error()));
  if (*percent <= 0) return fail(ExitCode::usage, "of 0 percent nothing would be printed");
  work(settings).random_percent = *percent;
  return {};
}

Status take_count(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, UINT64_MAX).map([&](std::uint64_t count) {
    work(settings).count = count;
  });
}

Status take_format(options::Settings& settings, Values values) {
  work(settings).show = Show::format;
  work(settings).format = values[0];
  return {};
}

constexpr auto payload_choices = [] {
  std::array<std::string_view, record::payload_forms.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = record::payload_forms[i].name;
  return names;
}();

Status take_payload(options::Settings& settings, Values values) {
  work(settings).payload = *record::payload_form_from_text(values[0]);
  return {};
}

Status take_ready_descriptor(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, 1u << 20).map([&](std::uint64_t descriptor) {
    work(settings).ready_descriptor = static_cast<int>(descriptor);
  });
}

Status take_ready_file(options::Settings& settings, Values values) {
  work(settings).ready_file = values[0];
  return {};
}

constexpr std::array specs{
    Spec{.name = "topic",
         .letter = 't',
         .kind = Kind::text,
         .value_name = "FILTER",
         .group = Group::subscription,
         .repeatable = true,
         .help = "topic filter to subscribe to; may be given several times",
         .assign = take_topic},
    Spec{.name = "qos",
         .letter = 'q',
         .kind = Kind::choice,
         .value_name = "QOS",
         .group = Group::subscription,
         .choices = qos_choices,
         .fallback = "0",
         .help = "highest quality of service: 0, 1 or 2",
         .assign = take_qos},
    Spec{.name = "subscribe",
         .kind = Kind::text,
         .value_name = "OPTIONS:FILTER",
         .group = Group::subscription,
         .repeatable = true,
         .help = "subscribe with options of its own, such as qos=1,no-local:a/#",
         .manual = "OPTIONS are qos=N, no-local, rap (retain as published) and rh=N (retain "
                   "handling), parted by commas; all but qos are MQTT 5.0.",
         .assign = take_request},
    Spec{.name = "subscribe-batch",
         .kind = Kind::number,
         .value_name = "COUNT",
         .group = Group::subscription,
         .fallback = "as many as fit",
         .help = "at most this many filters in one SUBSCRIBE or UNSUBSCRIBE",
         .manual = "AWS IoT Core takes 8. Packets are never larger than the Maximum Packet Size "
                   "that the broker announces.",
         .assign = take_batch},
    Spec{.name = "filter-out",
         .letter = 'T',
         .kind = Kind::text,
         .value_name = "FILTER",
         .group = Group::subscription,
         .repeatable = true,
         .help = "do not handle messages whose topic matches",
         .assign = take_filter_out},
    options::control_characters_spec(Group::subscription),
    Spec{.name = "unsubscribe",
         .letter = 'U',
         .kind = Kind::text,
         .value_name = "FILTER",
         .group = Group::subscription,
         .repeatable = true,
         .help = "unsubscribe from a filter, of a kept session for instance",
         .assign = take_filter<&Plan::unsubscribes>},
    Spec{.name = "retain-as-published",
         .group = Group::subscription,
         .v5 = true,
         .help = "let messages keep the retain flag they were published with",
         .assign = take_switch<&Plan::retain_as_published>},
    Spec{.name = "retain-handling",
         .kind = Kind::choice,
         .value_name = "WHEN",
         .group = Group::subscription,
         .choices = retain_handling_choices,
         .fallback = "always",
         .v5 = true,
         .help = "when the broker sends retained messages: always, new or never",
         .manual = "new: only if the subscription did not exist before.",
         .assign = take_retain_handling},
    Spec{.name = "strict",
         .group = Group::subscription,
         .help = "end at once when the broker refuses one of several filters",
         .manual = "Otherwise the others go on and the exit status at the end is 6.",
         .assign = take_switch<&Plan::strict>},
    Spec{.name = "no-retained",
         .letter = 'R',
         .group = Group::subscription,
         .help = "do not print retained messages",
         .manual = "Nor are they counted; --remove-retained still clears them.",
         .assign = take_switch<&Plan::hide_retained>},
    Spec{.name = "retained-only",
         .group = Group::subscription,
         .help = "handle retained messages only, and end when all have come",
         .manual = "The end is found by requests that the broker answers, and a short quiet time "
                   "(or --idle-timeout) after that; then the topics are read again, until two "
                   "reads give the same. With -q 1 and 2 each message is then asked for by its "
                   "name, no more at a time than the broker sends without queueing, since queues "
                   "drop what they do not hold. Where something may be missing, this is said with "
                   "the numbers, and the exit status is 1. What changed or went meanwhile is "
                   "counted. A lost connection ends it.",
         .assign = take_switch<&Plan::retained_only>},
    Spec{.name = "remove-retained",
         .group = Group::subscription,
         .help = "clear each retained message that is handled",
         .assign = take_switch<&Plan::remove_retained>},
    Spec{.name = "random-filter",
         .kind = Kind::decimal,
         .value_name = "PERCENT",
         .group = Group::subscription,
         .fallback = "100",
         .help = "print this percentage of the messages, chosen at random",
         .assign = take_percent},

    Spec{.name = "count",
         .letter = 'C',
         .kind = Kind::number,
         .value_name = "COUNT",
         .group = Group::flow,
         .help = "end after this many messages",
         .assign = take_count},
    Spec{.name = "timeout",
         .letter = 'W',
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .help = "end after this long, with exit status 27",
         .manual = "Where -V 5 is given, this, SIGINT and SIGTERM let the broker publish the will, "
                   "as with mosquitto_sub.",
         .assign = take_time_out<&Plan::timeout>},
    Spec{.name = "idle-timeout",
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .help = "end when no message has come for this long",
         .manual = "The exit status is 0, or 27 when -C wanted more messages.",
         .assign = take_time_out<&Plan::idle_timeout>},
    Spec{.name = "exit-after-subscribe",
         .letter = 'E',
         .group = Group::flow,
         .help = "end once the broker has acknowledged the subscriptions",
         .assign = take_switch<&Plan::exit_after_subscribing>},
    Spec{.name = "ack-timeout",
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .fallback = "20",
         .help = "how long the broker may take to acknowledge the subscriptions",
         .manual = "It counts from when bytes last left, so that a slow link may take its time. It "
                   "is also how long a broker that sends may read none of the acknowledgements, "
                   "once 16 MiB of them wait; the connection then counts as lost.",
         .assign = take_time_out<&Plan::acknowledgement_timeout>},
    Spec{.name = "grace",
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .fallback = "5",
         .help = "how long saying goodbye to the broker may take",
         .assign = take_duration<&Plan::grace>},

    Spec{.name = "verbose",
         .letter = 'v',
         .group = Group::output,
         .help = "print the topic before the payload",
         .assign = take_switch<&Plan::verbose>},
    Spec{.name = "format",
         .letter = 'F',
         .kind = Kind::text,
         .value_name = "FORMAT",
         .group = Group::output,
         .slot = "show",
         .help = "print messages by a template, such as \"%I %t %p\"",
         .manual = "The conversions are those of mosquitto_sub; mqtt-toolbox(7) lists them.",
         .assign = take_format},
    Spec{.name = "record",
         .group = Group::output,
         .v5 = true,
         .slot = "show",
         .help = "JSON lines from which mqtt-pub --from-json makes the same messages again",
         .manual = "The same as --json -q 2 --retain-as-published -V 5, so that nothing is "
                   "lowered on the way. What is retained is read on a connection of its own, as "
                   "with --retained-only, so that it is all there and takes live messages no room; "
                   "its client identifier is that of -i with \"-retained\" behind it.",
         .assign = take_switch<&Plan::record>},
    Spec{.name = "watch",
         .letter = 'w',
         .group = Group::output,
         .help = "show the latest message of each topic on a line of its own",
         .manual = "The topic and the payload, or what -F makes of the message.",
         .assign = take_switch<&Plan::watch>},
    Spec{.name = "message-rate",
         .group = Group::output,
         .slot = "show",
         .help = "print only how many messages came, each second",
         .assign = take_show<Show::rate>},
    Spec{.name = "payload",
         .kind = Kind::choice,
         .value_name = "FORM",
         .group = Group::output,
         .choices = payload_choices,
         .fallback = "auto",
         .help = "how payloads are shown: auto, json, text, base64, hex or none",
         .assign = take_payload},
    Spec{.name = "no-newline",
         .letter = 'N',
         .group = Group::output,
         .help = "no end of line after a message",
         .assign = take_switch<&Plan::newline, false>},
    Spec{.name = "pretty",
         .group = Group::output,
         .help = "JSON over several lines",
         .assign = take_switch<&Plan::pretty>},
    Spec{.name = "ready-fd",
         .kind = Kind::number,
         .value_name = "FD",
         .group = Group::output,
         .argv_only = true,
         .help = "write a line to this descriptor when all subscriptions are acknowledged",
         .assign = take_ready_descriptor},
    Spec{.name = "ready-file",
         .kind = Kind::file,
         .value_name = "PATH",
         .group = Group::output,
         .argv_only = true,
         .help = "create this file when all subscriptions are acknowledged",
         .assign = take_ready_file},
};

constexpr std::array groups{Group::connection, Group::authentication, Group::tls,
                            Group::websocket,  Group::session,        Group::reconnect,
                            Group::will,       Group::properties,     Group::subscribe_properties,
                            Group::reporting,  Group::general};

constexpr std::array examples{
    options::Example{"every message with its topic", "mqtt-sub -v -t '#'"},
    options::Example{"temperatures through jq",
                     "mqtt-sub --json --payload json -t 'sensors/+' | jq .payload.temp"},
    options::Example{"wait for one message, at most ten seconds",
                     "mqtt-sub -t door/open -C 1 -W 10"},
    options::Example{"what is retained below a topic", "mqtt-sub --retained-only -v -t 'home/#'"},
};

Status check_filters(const Plan& plan) {
  if (plan.requests.empty() && plan.unsubscribes.empty())
    return fail(ExitCode::usage, "nothing to subscribe to; give -t FILTER, or it in the URL");
  if (plan.hide_retained && plan.retained_only)
    return fail(ExitCode::usage, "-R and --retained-only exclude each other");
  return {};
}

Status check_characters(const Settings& settings) {
  auto checked = options::check_control_characters(settings);
  for (const Request& request : settings.work.requests)
    if (checked) checked = options::check_control_characters(settings, "topic", request.filter);
  for (const std::string& filter : settings.work.unsubscribes)
    if (checked) checked = options::check_control_characters(settings, "unsubscribe", filter);
  return checked;
}

bool needs_v5(const Plan& plan) {
  for (const auto& request : plan.requests)
    if (request.no_local || request.retain_as_published || request.retain_handling) return true;
  return false;
}

Status apply_output_form(Settings& settings) {
  Plan& plan = settings.work;
  if (plan.record) {
    settings.json = true;
    plan.retain_as_published = true;
    if (!settings.given("qos")) plan.qos = protocol::Qos::exactly_once;
  }
  if (settings.json && (plan.show != Show::text || plan.watch))
    return fail(ExitCode::usage, std::string(plan.record ? "--record" : "--json") +
                                     " goes with none of -F, -w and --message-rate");
  if (settings.json) plan.show = Show::json;
  return {};
}

Status check(options::Settings& base) {
  auto& settings = static_cast<Settings&>(base);
  if (auto checked = check_filters(settings.work); !checked) return checked;
  if (auto checked = check_characters(settings); !checked) return checked;
  if (needs_v5(settings.work)) {
    if (settings.plan.version.value_or(protocol::Version::v5) != protocol::Version::v5)
      return fail(ExitCode::usage,
                  "--subscribe with no-local, rap or rh needs MQTT 5.0; leave -V out or use -V 5");
    settings.plan.version = protocol::Version::v5;
  }
  settings.work.disconnects_with_will = settings.given("protocol-version") &&
                                        settings.plan.version == protocol::Version::v5 &&
                                        settings.plan.engine == client::Engine::native;
  // What is only read stays with the broker, and must not take its window.
  settings.plan.session.acknowledge_at_once = settings.work.retained_only;
  // What was read before a loss would have to be read, and printed, again.
  if (settings.work.retained_only) settings.plan.reconnect.attempts = 0;
  settings.plan.session.unread_timeout = settings.work.acknowledgement_timeout;
  settings.work.password_command = options::password_command(settings);
  return apply_output_form(settings);
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-sub",
    .summary = "subscribe to MQTT topics and print the messages",
    .synopsis = "[OPTIONS] -t FILTER...",
    .description =
        "Prints each message that arrives: its payload, a line made by a template, or a JSON "
        "object. A message of QoS 1 or 2 is acknowledged to the broker when it was written to "
        "standard output. A reader that is slow makes the broker wait; nothing is dropped.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .runs_password_command = true,
    .check = check,
};

}  // namespace mqtt_toolbox::sub
