#include "retain/settings.hpp"

#include <array>
#include <unistd.h>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/assign.hpp"
#include "protocol/topic.hpp"
#include "retain/chooser.hpp"

namespace mqtt_toolbox::retain {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

Plan& work(options::Settings& settings) {
  return static_cast<Settings&>(settings).work;
}

Status check_filter(std::string_view filter) {
  const auto checked = protocol::check_topic_filter(filter);
  if (!checked)
    return fail(ExitCode::usage,
                "\"" + printable(filter, 100) + "\": " + protocol::describe(checked.error()));
  if (protocol::shared_subscription(filter))
    return fail(ExitCode::usage,
                "a shared subscription gets no retained messages; leave $share/NAME/ out");
  return {};
}

template <std::vector<std::string> Plan::*member>
Status take_filter(options::Settings& settings, Values values) {
  return check_filter(values[0]).map([&] { (work(settings).*member).emplace_back(values[0]); });
}

template <Task task>
Status take_task(options::Settings& settings, Values) {
  work(settings).task = task;
  return {};
}

template <std::string Plan::*member>
Status take_text(options::Settings& settings, Values values) {
  work(settings).*member = values[0];
  return {};
}

Status take_difference(options::Settings& settings, Values values) {
  work(settings).task = Task::difference;
  work(settings).difference = values[0];
  return {};
}

Status take_older_than(options::Settings& settings, Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { work(settings).older_than = duration; });
}

template <Duration Plan::*member>
Status take_duration(options::Settings& settings, Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { work(settings).*member = duration; });
}

Status take_rate(options::Settings& settings, Values values) {
  return parse_rate(values[0]).map([&](double rate) { work(settings).rate = rate; });
}

Status take_depth(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, 65'535).map([&](std::uint64_t depth) {
    work(settings).depth = depth;
  });
}

Status take_quiet_time(options::Settings& settings, Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { work(settings).patience.quiet_time = duration; });
}

Status take_acknowledgement_timeout(options::Settings& settings, Values values) {
  return options::parse_time_out(values[0]).map(
      [&](Duration duration) { work(settings).patience.acknowledgement_timeout = duration; });
}

template <bool value>
Status take_self_test(options::Settings& settings, Values) {
  work(settings).self_test = value;
  return {};
}

constexpr std::array specs{
    Spec{.name = "topic",
         .letter = 't',
         .kind = Kind::text,
         .value_name = "FILTER",
         .group = Group::subscription,
         .repeatable = true,
         .help = "a topic filter, as the arguments are",
         .assign = take_filter<&Plan::filters>},
    Spec{.name = "except",
         .kind = Kind::text,
         .value_name = "FILTER",
         .group = Group::subscription,
         .repeatable = true,
         .help = "leave alone what this filter matches",
         .assign = take_filter<&Plan::exceptions>},
    Spec{.name = "match",
         .kind = Kind::text,
         .value_name = "REGEX",
         .group = Group::subscription,
         .help = "only topics in which this POSIX extended regular expression is found",
         .assign = take_text<&Plan::match>},
    Spec{.name = "older-than",
         .kind = Kind::duration,
         .value_name = "DURATION",
         .group = Group::subscription,
         .help = "only what is not published anew within this time",
         .manual =
             "MQTT does not say when a message was retained. So the tool listens for as long, "
             "and leaves alone every topic that something is published to meanwhile.",
         .assign = take_older_than},

    Spec{.name = "yes",
         .letter = 'y',
         .group = Group::flow,
         .slot = "task",
         .help = "clear without asking",
         .assign = take_task<Task::clear>},
    Spec{.name = "dry-run",
         .letter = 'n',
         .group = Group::flow,
         .slot = "task",
         .help = "show what would be cleared, and clear nothing",
         .assign = take_task<Task::list>},
    Spec{.name = "list",
         .letter = 'l',
         .group = Group::flow,
         .slot = "task",
         .help = "list what is retained: bytes of the payload, and the topic",
         .assign = take_task<Task::list>},
    Spec{.name = "tree",
         .group = Group::flow,
         .slot = "task",
         .help = "how many messages and bytes are retained at each level and below it",
         .assign = take_task<Task::tree>},
    Spec{.name = "depth",
         .kind = Kind::number,
         .value_name = "LEVELS",
         .group = Group::flow,
         .fallback = "all",
         .help = "how many levels --tree shows",
         .assign = take_depth},
    Spec{.name = "diff",
         .kind = Kind::file,
         .value_name = "FILE",
         .group = Group::flow,
         .slot = "task",
         .help = "compare with a backup: what was added, removed and changed since",
         .manual = "The exit status is 1 when there is a difference.",
         .assign = take_difference},
    Spec{.name = "backup",
         .kind = Kind::file,
         .value_name = "FILE",
         .group = Group::flow,
         .help = "save the messages in a new file before they are cleared",
         .manual = "JSON lines, from which mqtt-pub --from-json retains them again. Every message "
                   "is asked for by its name at QoS 2, so that its own QoS is kept, and is cleared "
                   "only when it is on the disk. With --list, --dry-run and --tree it is only "
                   "saved.",
         .assign = take_text<&Plan::backup>},
    Spec{.name = "rate",
         .kind = Kind::rate,
         .value_name = "RATE",
         .group = Group::flow,
         .fallback = "as fast as the broker acknowledges",
         .help = "how many messages are cleared a second",
         .assign = take_rate},
    Spec{.name = "quiet-time",
         .kind = Kind::duration,
         .value_name = "DURATION",
         .group = Group::flow,
         .fallback = "300ms",
         .help = "how long a broker must be silent before it counts as done",
         .manual = "It counts from when the broker has answered the subscription and one more "
                   "request behind it, and anew from each retained message; three round trips to "
                   "the broker, if they take longer.",
         .assign = take_quiet_time},
    Spec{.name = "self-test",
         .group = Group::flow,
         .slot = "self-test",
         .help = "when nothing is found, ask whether the broker would tell",
         .manual = "Some brokers send no retained messages for filters with wildcards, or do not "
                   "mark them. Where nothing is found, the tool retains a message of its own below "
                   "mqtt-toolbox/self-test, looks whether it comes, and clears it. That is what it "
                   "does where it is to clear messages; with --list, --dry-run, --tree and --diff "
                   "it writes nothing unless this is given.",
         .assign = take_self_test<true>},
    Spec{.name = "no-self-test",
         .group = Group::flow,
         .slot = "self-test",
         .help = "when nothing is found, do not ask whether the broker would tell",
         .assign = take_self_test<false>},
    Spec{.name = "ack-timeout",
         .kind = Kind::duration,
         .value_name = "DURATION",
         .group = Group::flow,
         .fallback = "20",
         .help = "how long the broker may take to answer a request",
         .manual = "It counts from when bytes last left, so that a slow link may take its time.",
         .assign = take_acknowledgement_timeout},
    Spec{.name = "grace",
         .kind = Kind::duration,
         .value_name = "DURATION",
         .group = Group::flow,
         .fallback = "5",
         .help = "how long saying goodbye to the broker may take",
         .assign = take_duration<&Plan::grace>},
};

constexpr std::array groups{Group::connection, Group::authentication, Group::tls,
                            Group::websocket,  Group::session,        Group::properties,
                            Group::reporting,  Group::general};

constexpr std::array examples{
    options::Example{"what is retained below a topic", "mqtt-retain-clear --list 'home/#'"},
    options::Example{"where the retained messages are", "mqtt-retain-clear --tree --depth 2 '#'"},
    options::Example{"clear, after a look and a question", "mqtt-retain-clear 'home/old/#'"},
    options::Example{"from a script, with a backup",
                     "mqtt-retain-clear --yes --backup home.jsonl 'home/#'"},
    options::Example{"retain them again", "mqtt-pub --from-json <home.jsonl"},
};

Status check_tasks(const Settings& settings) {
  const Plan& plan = settings.work;
  if (plan.filters.empty())
    return fail(ExitCode::usage, "no topic filter; name one or more, such as 'home/#'");
  if (settings.given("depth") && plan.task != Task::tree)
    return fail(ExitCode::usage, "--depth is for --tree");
  if (!plan.backup.empty() && plan.task == Task::difference)
    return fail(ExitCode::usage, "--diff and --backup exclude each other");
  if (plan.rate && plan.task != Task::clear && plan.task != Task::ask)
    return fail(ExitCode::usage, "--rate is for clearing");
  if (plan.task == Task::ask && isatty(STDIN_FILENO) == 0)
    return fail(ExitCode::usage,
                "there is no terminal to ask on; give --yes to clear, or --dry-run to look");
  return {};
}

Status check(options::Settings& base) {
  auto& settings = static_cast<Settings&>(base);
  for (const std::string& filter : settings.positionals) {
    if (auto checked = check_filter(filter); !checked) return checked;
    settings.work.filters.push_back(filter);
  }
  settings.work.json = settings.json;
  // What was read before a loss would have to be read again.
  settings.plan.reconnect.attempts = 0;
  settings.plan.retry_first_connect = false;
  settings.plan.session.unread_timeout = settings.work.patience.acknowledgement_timeout;
  return check_tasks(settings).and_then(
      [&] { return Chooser::make(settings.work).map([](Chooser&&) {}); });
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-retain-clear",
    .summary = "list, save and clear retained MQTT messages, and prove that they are gone",
    .synopsis = "[OPTIONS] FILTER...",
    .description =
        "Finds the retained messages of the topic filters, shows them, asks, clears them with an "
        "empty retained message each, and subscribes once more to see that they are gone. Those "
        "that came back or that the broker would not clear are listed, and the exit status is 1."
        "\n\n"
        "Messages that are published meanwhile do not count as retained. The end of the retained "
        "messages is found by the broker's own answers and a quiet time, so that a busy topic "
        "neither ends nor prolongs the search. What is there is read until two reads give the same "
        "topics, and after clearing until a read finds none. Where that can't be had, because the "
        "broker answers nothing or leaves something else out each time, the tool says how many it "
        "found and that there may be more, and the exit status is 1.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .positionals = "FILTER",
    .options_anywhere = true,
    .check = check,
};

}  // namespace mqtt_toolbox::retain
