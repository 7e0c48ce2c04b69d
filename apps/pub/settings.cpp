#include "pub/settings.hpp"

#include <array>
#include <string>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "options/assign.hpp"
#include "options/control_characters.hpp"
#include "options/password_command.hpp"
#include "protocol/topic.hpp"

namespace mqtt_toolbox::pub {
namespace {

using options::Group;
using options::Kind;
using options::Spec;
using options::Values;

Plan& work(options::Settings& settings) {
  return static_cast<Settings&>(settings).work;
}

template <InputKind kind>
Status take_input(options::Settings& settings, Values) {
  work(settings).input = kind;
  return {};
}

Status take_message(options::Settings& settings, Values values) {
  work(settings).input = InputKind::message;
  work(settings).message = values[0];
  return {};
}

Status take_file(options::Settings& settings, Values values) {
  work(settings).input = InputKind::files;
  work(settings).files.emplace_back(values[0]);
  return {};
}

Status take_topic(options::Settings& settings, Values values) {
  if (auto checked = protocol::check_topic_name(values[0]); !checked)
    return fail(ExitCode::usage, protocol::describe(checked.error()));
  work(settings).defaults.topic = std::string(values[0]);
  return {};
}

Status take_topics(options::Settings& settings, Values values) {
  return take_topic(settings, values).map([&] { work(settings).topics.emplace_back(values[0]); });
}

Status take_qos(options::Settings& settings, Values values) {
  work(settings).defaults.qos = static_cast<protocol::Qos>(values[0][0] - '0');
  return {};
}

Status take_retain(options::Settings& settings, Values) {
  work(settings).defaults.retain = true;
  return {};
}

Status take_delimiter(options::Settings& settings, Values values) {
  std::string_view text = values[0];
  if (text == "\\0") text = std::string_view("\0", 1);
  if (text == "\\n") text = "\n";
  if (text == "\\t") text = "\t";
  if (text.size() != 1)
    return fail(ExitCode::usage, "\"" + printable(text, 100) +
                                     "\" is not one byte; also \\0, \\n and \\t are known");
  work(settings).delimiter = text[0];
  return {};
}

Status take_null_delimiter(options::Settings& settings, Values) {
  work(settings).delimiter = '\0';
  return {};
}

Status take_strict(options::Settings& settings, Values) {
  work(settings).strict = true;
  return {};
}

Status take_repeat(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, UINT32_MAX).map([&](std::uint64_t count) {
    work(settings).repeat = count;
  });
}

Status take_confirm(options::Settings& settings, Values) {
  work(settings).confirm = true;
  return {};
}

template <Duration Plan::*member>
Status take_duration(options::Settings& settings, Values values) {
  return parse_duration(values[0]).map(
      [&](Duration duration) { work(settings).*member = duration; });
}

Status take_acknowledgement_timeout(options::Settings& settings, Values values) {
  return options::parse_time_out(values[0]).map(
      [&](Duration duration) { work(settings).acknowledgement_timeout = duration; });
}

Status take_rate(options::Settings& settings, Values values) {
  return parse_rate(values[0]).map([&](double rate) { work(settings).rate = rate; });
}

Status take_store(options::Settings& settings, Values values) {
  if (values[0].empty()) return fail(ExitCode::usage, "a directory has a name");
  work(settings).store = values[0];
  return {};
}

Status take_store_list(options::Settings& settings, Values) {
  work(settings).list_store = true;
  return {};
}

Status take_store_drop(options::Settings& settings, Values values) {
  return parse_unsigned(values[0], 1, INT64_MAX).map([&](std::uint64_t number) {
    work(settings).store_drop.push_back(number);
  });
}

Status take_store_retry(options::Settings& settings, Values) {
  work(settings).store_retry = true;
  return {};
}

Status take_store_forget(options::Settings& settings, Values values) {
  return parse_duration(values[0]).map([&](Duration age) { work(settings).store_forget = age; });
}

constexpr std::array<std::string_view, 3> qos_choices{"0", "1", "2"};

constexpr std::array specs{
    Spec{.name = "topic",
         .letter = 't',
         .kind = Kind::text,
         .value_name = "TOPIC",
         .group = Group::message,
         .slot = "topic",
         .several_by = "topics",
         .help = "topic to publish to",
         .manual = "With --from-json it is the topic of lines that bring none. Twice on one "
                   "command line it is an error: see --topics.",
         .assign = take_topic},
    Spec{.name = "topics",
         .kind = Kind::text,
         .value_name = "TOPIC",
         .group = Group::message,
         .repeatable = true,
         .slot = "topic",
         .help = "publish each message to each topic given so, in order",
         .assign = take_topics},
    Spec{.name = "qos",
         .letter = 'q',
         .kind = Kind::choice,
         .value_name = "QOS",
         .group = Group::message,
         .choices = qos_choices,
         .fallback = "0, with --store 1",
         .help = "quality of service: 0, 1 or 2",
         .assign = take_qos},
    Spec{.name = "retain",
         .letter = 'r',
         .group = Group::message,
         .help = "let the broker keep the message for later subscribers",
         .assign = take_retain},
    options::control_characters_spec(Group::message),

    Spec{.name = "message",
         .letter = 'm',
         .kind = Kind::text,
         .value_name = "TEXT",
         .group = Group::input,
         .slot = "input",
         .several_mend = "-l publishes the lines of standard input, --from-json messages of "
                         "several topics and properties",
         .help = "publish this text",
         .manual = "Twice on one command line it is an error: see -l and --from-json.",
         .assign = take_message},
    Spec{.name = "file",
         .letter = 'f',
         .kind = Kind::file,
         .value_name = "PATH",
         .group = Group::input,
         .repeatable = true,
         .slot = "input",
         .help = "publish a file as one message; may be given several times",
         .assign = take_file},
    Spec{.name = "stdin-line",
         .letter = 'l',
         .group = Group::input,
         .slot = "input",
         .help = "publish each line of standard input as a message",
         .manual = "Lines are read as fast as the broker takes them; memory stays constant however "
                   "long the input is. An empty line is an empty message, and a last line without "
                   "a newline counts.",
         .assign = take_input<InputKind::lines>},
    Spec{.name = "stdin-file",
         .letter = 's',
         .group = Group::input,
         .slot = "input",
         .help = "publish the whole of standard input as one message",
         .assign = take_input<InputKind::standard_input>},
    Spec{.name = "null-message",
         .letter = 'n',
         .group = Group::input,
         .slot = "input",
         .help = "publish an empty message",
         .manual = "With -r it clears a retained message.",
         .assign = take_input<InputKind::null>},
    Spec{.name = "from-json",
         .group = Group::input,
         .slot = "input",
         .help = "publish each JSON line of standard input",
         .manual = "A line is an object with topic, qos, retain, payload or payload_base64, and "
                   "properties, as mqtt-sub --json writes them, or with the keys of %j, as "
                   "mosquitto_sub does; what it leaves out comes from the command line. A bad "
                   "line, also one of another type, is reported with its number, and the others "
                   "are still published.",
         .assign = take_input<InputKind::json>},
    Spec{.name = "delimiter",
         .kind = Kind::text,
         .value_name = "BYTE",
         .group = Group::input,
         .fallback = "newline",
         .slot = "delimiter",
         .help = "what ends a record with -l and --from-json",
         .manual = "One byte, or \\0, \\n or \\t.",
         .assign = take_delimiter},
    Spec{.name = "null",
         .letter = '0',
         .group = Group::input,
         .slot = "delimiter",
         .help = "records end with a NUL byte, as find -print0 writes them",
         .assign = take_null_delimiter},
    Spec{.name = "strict",
         .group = Group::input,
         .help = "stop at the first bad input line",
         .assign = take_strict},

    Spec{.name = "repeat",
         .kind = Kind::number,
         .value_name = "COUNT",
         .group = Group::flow,
         .fallback = "1",
         .help = "publish the message this often",
         .manual = "Goes with -m, -f, -n and -s.",
         .assign = take_repeat},
    Spec{.name = "repeat-delay",
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .fallback = "0",
         .help = "pause between the delivery of a message and the next one",
         .assign = take_duration<&Plan::repeat_delay>},
    Spec{.name = "rate",
         .kind = Kind::rate,
         .value_name = "RATE",
         .group = Group::flow,
         .help = "publish at this rate, such as 100/s",
         .manual =
             "Messages are due on an absolute schedule: a late one does not delay those after "
             "it.",
         .assign = take_rate},
    Spec{.name = "ack-timeout",
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .fallback = "60",
         .help = "how long the broker may acknowledge nothing while acknowledgements are due",
         .manual = "It counts from when bytes last left, so that a slow link may take its time. "
                   "For messages of QoS 0 the answer to a PINGREQ is what is due.",
         .assign = take_acknowledgement_timeout},
    Spec{
        .name = "confirm",
        .group = Group::flow,
        .help = "end only when the broker has read the message, also for one of QoS 0",
        .manual =
            "Nobody acknowledges a message of QoS 0, so that a run of one message ends with status "
            "0 once it is written. With this option it sends a PINGREQ behind it and waits for the "
            "answer, as every run of several messages does.",
        .assign = take_confirm},
    Spec{.name = "grace",
         .kind = Kind::duration,
         .value_name = "SECONDS",
         .group = Group::flow,
         .fallback = "5",
         .help = "how long what is in flight may take after SIGINT, SIGTERM or SIGHUP",
         .assign = take_duration<&Plan::grace>},

    Spec{.name = "store",
         .kind = Kind::directory,
         .value_name = "DIR",
         .group = Group::durability,
         .help = "keep messages in DIR from when they are accepted until they are acknowledged",
         .manual =
             "A message is accepted when its \"stored\" line is printed: it is then on the disk, "
             "and "
             "neither a crash, nor a power failure, nor a dead broker loses it. The next run with "
             "the same DIR first goes on with what waits there, also without any input. All of the "
             "input is accepted, as it comes, while the broker is away or refuses the connection, "
             "which is tried again as long as input comes; if it is still away at the "
             "end, the exit status says so, and a line how many messages wait. For QoS 1 and 2 "
             "only. DIR belongs on a local disk; it is made when it is not there, and one process "
             "uses it at a time.",
         .assign = take_store},
    Spec{.name = "store-list",
         .group = Group::durability,
         .argv_only = true,
         .help = "print what waits in the store, and exit",
         .manual =
             "As a table, or with --json as lines of type \"waiting\" whose time is when the "
             "message was accepted. It needs no broker, and may be asked while another process "
             "uses the store.",
         .assign = take_store_list},
    Spec{.name = "store-drop",
         .kind = Kind::number,
         .value_name = "NUMBER",
         .group = Group::durability,
         .repeatable = true,
         .argv_only = true,
         .help = "take the message of this number out of the store for good, and exit",
         .manual = "The number is the one that --store-list shows. It needs no broker. An id that "
                   "the message had stays known.",
         .assign = take_store_drop},
    Spec{.name = "store-retry",
         .group = Group::durability,
         .argv_only = true,
         .help = "send again what was set aside",
         .manual =
             "A message is set aside when the broker ended three connections on which nothing "
             "else was on its way, and has acknowledged another message since. It stays in the "
             "store, is named by each run, whose exit status is then 6, and is not sent until it "
             "is taken back with this option or taken out with --store-drop.",
         .assign = take_store_retry},
    Spec{.name = "store-forget",
         .kind = Kind::duration,
         .value_name = "AGE",
         .group = Group::durability,
         .help = "forget the ids of messages that were accepted longer ago than AGE, and are done",
         .manual = "Without it each id is remembered for good, for about twice its length and 30 "
                   "bytes on the disk.",
         .assign = take_store_forget},
};

constexpr std::array groups{Group::connection, Group::authentication, Group::tls,
                            Group::websocket,  Group::session,        Group::reconnect,
                            Group::will,       Group::properties,     Group::publish_properties,
                            Group::reporting,  Group::general};

constexpr std::array examples{
    options::Example{"one message", "mqtt-pub -t sensors/a -m 21.5"},
    options::Example{"every line of a log, acknowledged by the broker",
                     "tail -f app.log | mqtt-pub -t log/app -l -q 1"},
    options::Example{"a queue on the disk that survives crashes, restarts and dead brokers",
                     "sensors | mqtt-pub --store /var/lib/sensors --from-json -q 2"},
    options::Example{"copy what one broker has to another",
                     "mqtt-sub -h old --record -t '#' | mqtt-pub -h new --from-json"},
};

Status check_repeat(const Settings& settings) {
  bool stream = settings.work.input == InputKind::lines || settings.work.input == InputKind::json;
  if (stream && settings.given("repeat"))
    return fail(ExitCode::usage,
                "--repeat goes with -m, -f, -n and -s, not with a stream of lines");
  return {};
}

Status check_store_session(const Settings& settings) {
  const auto expiry = settings.plan.session.connect_properties.view().number(
      protocol::PropertyId::session_expiry_interval);
  if (expiry == 0u)
    return fail(ExitCode::usage,
                "--store needs a session that outlives the connection, not one with "
                "--session-expiry-interval 0");
  if (settings.plan.version == protocol::Version::v31)
    return fail(ExitCode::usage,
                "--store needs a broker that says whether it has kept the session, which MQTT 3.1 "
                "cannot; use -V 311 or 5");
  return {};
}

/// What --store cannot do, by name.
Status check_store(const Settings& settings) {
  const Plan& plan = settings.work;
  if (plan.store.empty()) {
    for (const std::string_view name : {"store-list", "store-drop", "store-retry", "store-forget"})
      if (settings.given(name))
        return fail(ExitCode::usage, "--" + std::string(name) + " needs --store DIR");
    return {};
  }
  if (plan.list_store && plan.input != InputKind::none)
    return fail(ExitCode::usage, "--store-list publishes nothing; leave out the input");
  if (!plan.store_drop.empty() &&
      (plan.input != InputKind::none || plan.list_store || plan.store_retry))
    return fail(ExitCode::usage,
                "--store-drop publishes nothing and lists nothing; give it alone, with --store");
  if (settings.plan.engine != client::Engine::native)
    return fail(ExitCode::usage,
                "--store is not in the paho engine, whose own persistence loses messages when it "
                "is killed; leave out --engine");
  if (settings.given("qos") && plan.defaults.qos == protocol::Qos::at_most_once)
    return fail(ExitCode::usage,
                "a message of QoS 0 is never acknowledged, so that --store cannot say when it is "
                "done; use -q 1 or -q 2");
  if (settings.publish_properties.view().find(protocol::PropertyId::topic_alias))
    return fail(ExitCode::usage,
                "a topic alias ends with its connection, and a stored message does not; use "
                "--topic-aliases");
  return check_store_session(settings);
}

Status check_confirm(const Settings& settings) {
  if (settings.work.confirm && settings.plan.engine != client::Engine::native)
    return fail(ExitCode::usage,
                "--confirm is not in the paho engine, which sends PINGREQ only when it is idle; "
                "leave out --engine");
  return {};
}

Status check_input(const Settings& settings) {
  const Plan& plan = settings.work;
  if (plan.input == InputKind::none && !plan.store.empty()) return {};
  if (plan.input == InputKind::none)
    return fail(ExitCode::usage,
                "nothing to publish; give one of -m TEXT, -f PATH, -l, -s, -n and --from-json");
  if (!plan.defaults.topic && plan.input != InputKind::json)
    return fail(ExitCode::usage, "no topic; give it with -t TOPIC or in the URL");
  if (!plan.topics.empty() && plan.input == InputKind::json)
    return fail(ExitCode::usage,
                "--topics and --from-json exclude each other; each line names its topic, and -t is "
                "that of lines without");
  return check_repeat(settings);
}

Status check_characters(const Settings& settings) {
  const std::optional<std::string>& topic = settings.work.defaults.topic;
  auto checked = options::check_control_characters(settings);
  for (const std::string& one : settings.work.topics)
    if (checked) checked = options::check_control_characters(settings, "topics", one);
  if (checked && topic) checked = options::check_control_characters(settings, "topic", *topic);
  return checked;
}

/// A stream of QoS 1 and 2 messages has a session of its own, unless the user says otherwise.
bool wants_stream_session(const Settings& settings) {
  const Plan& plan = settings.work;
  bool session_given = settings.given("disable-clean-session") ||
                       settings.given("session-expiry-interval") || settings.given("id") ||
                       settings.given("id-prefix");
  bool one_message = plan.repeat == 1 && plan.files.size() < 2 && plan.topics.size() < 2;
  if (plan.input == InputKind::json) return !session_given;
  return !session_given && plan.defaults.qos != protocol::Qos::at_most_once &&
         (plan.input == InputKind::lines || !one_message);
}

/// The session is the store's, unless the user says how long it is to be kept.
void plan_for_store(Settings& settings) {
  client::ConnectPlan& plan = settings.plan;
  const bool is_given =
      settings.given("disable-clean-session") || settings.given("session-expiry-interval");
  plan.session.clean_start = false;
  plan.session.resume = true;
  plan.session_use = is_given ? client::SessionUse::as_given : client::SessionUse::durable;
  settings.work.waits_for_broker = plan.retry_first_connect;
  plan.retry_first_connect = plan.reconnect.attempts != 0;
  if (!settings.given("qos")) settings.work.defaults.qos = protocol::Qos::at_least_once;
}

Status check(options::Settings& base) {
  auto& settings = static_cast<Settings&>(base);
  if (auto checked = check_store(settings); !checked) return checked;
  if (auto checked = check_confirm(settings); !checked) return checked;
  if (auto checked = check_input(settings); !checked) return checked;
  if (auto checked = check_characters(settings); !checked) return checked;
  settings.work.password_command = options::password_command(settings);
  settings.work.json = settings.json;
  settings.plan.session.unread_timeout = settings.work.acknowledgement_timeout;
  settings.work.can_ping = settings.plan.engine == client::Engine::native;
  const bool is_copied =
      !settings.work.store.empty() || settings.plan.engine != client::Engine::native;
  if (is_copied) settings.work.file_use = console::FileUse::read;
  settings.work.defaults.properties = settings.publish_properties;
  settings.work.defaults.allow_control_characters = settings.allow_control_characters;
  if (!settings.work.store.empty()) {
    plan_for_store(settings);
  } else if (wants_stream_session(settings)) {
    settings.plan.session_use = client::SessionUse::for_stream;
  }
  return {};
}

}  // namespace

constexpr options::Tool tool{
    .name = "mqtt-pub",
    .summary = "publish MQTT messages",
    .synopsis =
        "[OPTIONS] -t TOPIC -m TEXT | -f PATH | -l | -s | -n\n[OPTIONS] --from-json\n[OPTIONS] "
        "--store DIR",
    .description =
        "Publishes one message, the lines or the whole of standard input, files, or JSON lines. "
        "At QoS 1 and 2 it ends when the broker has acknowledged everything, and its exit status "
        "is the worst result. A connection lost in mid-stream is made again and nothing is lost "
        "while the broker keeps the session.\n\n"
        "At QoS 0 the broker acknowledges nothing. A run of several messages sends a PINGREQ "
        "behind "
        "every 64 KiB, behind what a second brought, and before the end, since the answer says "
        "that "
        "the broker has read what stood before. If the connection is lost, made again or not, or "
        "the answer does not come within --ack-timeout, the messages that are not known to have "
        "been read are counted, the first of them is named by its line or number, and the exit "
        "status is 7. A run of one message pays nothing for this, and ends with 0 once the message "
        "is written; --confirm includes it. The paho engine sends no such PINGREQ: there the "
        "messages of a connection that is lost are all counted, and at the end of a run nothing is "
        "known.\n\n"
        "With --store every message is on the disk before it is sent, with the packet identifier "
        "that it is sent under, so that a process that was killed is continued by the next one as "
        "if only its connection had been lost: a message of QoS 1 arrives at least once, one of "
        "QoS 2 exactly once while the broker keeps the session. A broker that has lost it gets "
        "what is not acknowledged as new; a QoS 2 message so sent is reported as a possible "
        "duplicate. An id in an input line is taken once and for all: the line of a message that "
        "was accepted before, done or not, is answered with a \"stored\" line that says \"known\", "
        "so that a pipeline that was interrupted can repeat its whole input. A message that the "
        "broker refuses is reported and done. The store remembers its client identifier, and while "
        "something is in flight its version of MQTT too. The session stays with the broker (MQTT "
        "5.0: without expiry) as long as something is in flight; it is ended with the last "
        "acknowledgement, when it holds nothing any more, unless -c or -x says how long it is to "
        "be "
        "kept.",
    .groups = groups,
    .own = specs,
    .examples = examples,
    .runs_password_command = true,
    .check = check,
};

}  // namespace mqtt_toolbox::pub
