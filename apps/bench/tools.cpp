#include "bench/option_table.hpp"
#include "bench/rules.hpp"

namespace mqtt_toolbox::bench {
namespace {

using options::Example;

constexpr std::array run_groups{
    Group::connection, Group::authentication, Group::tls,        Group::websocket, Group::session,
    Group::reconnect,  Group::will,           Group::properties, Group::reporting, Group::general};
constexpr std::array publishing_groups{
    Group::connection, Group::authentication, Group::tls,
    Group::websocket,  Group::session,        Group::reconnect,
    Group::will,       Group::properties,     Group::publish_properties,
    Group::reporting,  Group::general};
constexpr std::array sink_groups{Group::general};
constexpr std::array file_groups{Group::reporting, Group::general};

Status no_command(options::Settings&) {
  std::string text = "the command comes first: mqtt-bench COMMAND [OPTIONS]; commands are";
  for (const options::Tool* command : tool.commands)
    text += (command == tool.commands.front() ? " " : ", ") +
            std::string(options::command_word(*command));
  return fail(ExitCode::usage, std::move(text));
}

}  // namespace

const options::Tool connect_tool{
    .name = "mqtt-bench connect",
    .summary = "connect many clients, hold them, and time each phase",
    .synopsis = "[OPTIONS] -c N",
    .description =
        "Connects the clients at a rate or as fast as they go, and holds them. Reports "
        "percentiles of the name's resolution, TCP, TLS and CONNACK apart, and "
        "refusals by reason. With --churn clients leave and come back meanwhile.",
    .groups = run_groups,
    .own = specs_of<connect>,
    .family = &tool,
    .check = check_connect,
};

const options::Tool publish_tool{
    .name = "mqtt-bench publish",
    .summary = "publish, and time acknowledgements",
    .synopsis = "[OPTIONS] -c N -t TOPIC [--rate RATE]",
    .description =
        "Publishes from the clients, at a rate (open loop) or as fast as the in-flight "
        "windows allow (closed loop). At QoS 1 and 2 it reports how long "
        "acknowledgements took from the moment each message was due; what was never acknowledged "
        "counts with how long it had waited at the end, is an error, and makes the exit status 1.",
    .groups = publishing_groups,
    .own = specs_of<publish>,
    .family = &tool,
    .check = check_publish,
};

const options::Tool subscribe_tool{
    .name = "mqtt-bench subscribe",
    .summary = "subscribe, and count what comes",
    .synopsis = "[OPTIONS] -c N -t FILTER",
    .description = "Subscribes with all clients and reports how much they receive.",
    .groups = run_groups,
    .own = specs_of<subscribe>,
    .family = &tool,
    .check = check_subscribe,
};

const options::Tool roundtrip_tool{
    .name = "mqtt-bench roundtrip",
    .summary = "publish and receive, time and count every message",
    .synopsis = "[OPTIONS] --publishers N --subscribers N [--rate RATE]",
    .description =
        "Publishes and receives in one process. Every message carries when it was due, so that "
        "latency is end to end, from due to received; the time from written to received stands "
        "beside it. For each stream (one publisher's messages to one topic) and each subscription "
        "it counts what was lost, duplicated and reordered, and says whether that is within what "
        "the QoS promises. The exit status is 1 when it is not, or when --assert or --max-loss "
        "does not hold. What other runs publish to the same topics is counted apart, as foreign.",
    .groups = publishing_groups,
    .own = specs_of<roundtrip>,
    .family = &tool,
    .check = check_roundtrip,
};

const options::Tool search_tool{
    .name = "mqtt-bench search",
    .summary = "find the highest rate at which objectives hold",
    .synopsis = "[OPTIONS] --slo OBJECTIVES",
    .description =
        "Runs a roundtrip at rates that double until the objectives do not hold, halves the "
        "distance until the answer is near enough, and tries that rate again. A rate at which "
        "the generator itself falls short counts as not held, and so does one at which something "
        "was refused. Prints each step, with the reason where it does not hold, and the answer. "
        "The "
        "exit status is 1 when no rate holds, and 6 when that was for what was refused.",
    .groups = publishing_groups,
    .own = specs_of<search>,
    .family = &tool,
    .check = check_search,
};

const options::Tool calibrate_tool{
    .name = "mqtt-bench calibrate",
    .summary = "measure what this machine can offer at most",
    .synopsis = "[OPTIONS]",
    .description =
        "Publishes as fast as possible to a broker that only answers, on a thread of this process: "
        "what comes out is the limit of the generator with these options, not of any broker. "
        "With -o the result can be given to a run as --calibration.",
    .groups = publishing_groups,
    .own = specs_of<calibrate>,
    .family = &tool,
    .check = check_publish,
};

const options::Tool sink_tool{
    .name = "mqtt-bench sink",
    .summary = "be the broker that only answers, with faults on purpose",
    .synopsis = "[OPTIONS]",
    .description =
        "Listens on 127.0.0.1, prints its port as one line of JSON, and answers until SIGINT or "
        "SIGTERM; then prints what it did. It keeps no session and no retained message. The "
        "faults are exact: what was reported of a run can be compared with what was there.",
    .groups = sink_groups,
    .own = specs_of<sink>,
    .family = &tool,
    .check = check_sink,
};

const options::Tool report_tool{
    .name = "mqtt-bench report",
    .summary = "make a page or summaries of results",
    .synopsis = "[-o PAGE.html] RESULT.json...",
    .description =
        "Prints the summaries of the results, or with -o writes one self-contained HTML "
        "page in which they are overlaid.",
    .groups = file_groups,
    .own = specs_of<report>,
    .positionals = "RESULT",
    .options_anywhere = true,
    .family = &tool,
    .check = check_files,
};

const options::Tool merge_tool{
    .name = "mqtt-bench merge",
    .summary = "add the results of processes that ran together",
    .synopsis = "[-o FILE] RESULT.json...",
    .description =
        "Adds counters and histograms of several processes without loss, and prints the "
        "result as JSON.",
    .groups = file_groups,
    .own = specs_of<merge>,
    .positionals = "RESULT",
    .options_anywhere = true,
    .family = &tool,
    .check = check_files,
};

const options::Tool compare_tool{
    .name = "mqtt-bench compare",
    .summary = "say what changed between two sets of results",
    .synopsis = "[--json] BEFORE AFTER",
    .description =
        "Each side is a result file, which may hold several results, one a line, or a "
        "folder whose .json files are results. From repeated runs it gives each ratio "
        "with its 95 % confidence interval and says better, worse or no difference.",
    .groups = file_groups,
    .own = specs_of<compare>,
    .positionals = "RESULT",
    .options_anywhere = true,
    .family = &tool,
    .check = check_compare,
};

namespace {

constexpr std::array<const options::Tool*, 10> commands{
    &connect_tool,   &publish_tool, &subscribe_tool, &roundtrip_tool, &search_tool,
    &calibrate_tool, &sink_tool,    &report_tool,    &merge_tool,     &compare_tool};

constexpr std::array examples{
    Example{"10,000 clients, 500 new ones a second, held for a minute",
            "mqtt-bench connect -h broker -c 10000 --connect-rate 500 --hold 1m"},
    Example{"how long a message takes at 5000 a second, at QoS 1",
            "mqtt-bench roundtrip -h broker -q 1 --rate 5000 --publishers 10 --subscribers 10"},
    Example{"the highest rate with a p99 below 5 ms and no loss",
            "mqtt-bench search -h broker -q 1 --slo 'p99<5ms,loss=0'"},
    Example{"a gate for a pipeline, with a page to look at",
            "mqtt-bench roundtrip -h broker --assert 'p99<20ms,loss=0' -o run.json && mqtt-bench "
            "report run.json -o run.html"},
};

}  // namespace

const options::Tool tool{
    .name = "mqtt-bench",
    .summary = "load an MQTT broker and measure it",
    .synopsis = "COMMAND [OPTIONS]",
    .description =
        "Latency counts from the moment a message was due, also when it could not be sent then, "
        "so that a broker that stalls is charged for all that had to wait; the view from when it "
        "was written stands beside it. Every report says whether the generator itself was the "
        "limit.\n\n"
        "On a terminal one line on standard error shows the run; a summary follows on standard "
        "output, or with --json one document. SIGINT ends a run early: what was measured is "
        "reported, and marked.\n\n"
        "Started by mpirun or srun, connect, publish, subscribe and roundtrip run as ranks, also "
        "on many machines: these divide clients, rates and messages among themselves, start "
        "together, and send what they measure to rank 0, which writes one result that names each "
        "rank's host and how busy it was. Each rank has its number as the last digits of {n}. "
        "Publishers and subscribers of a roundtrip keep to their rank, because clocks of two "
        "processes are never compared: topics and filters have the level rank-N in front, and a "
        "subscriber gets what the publishers of its own rank send. When a rank dies, what was "
        "measured until then is written, and marked incomplete. Ranks on one machine share its "
        "cores; without --threads, each takes its part. This needs the module for Open MPI on "
        "every machine.\n\n"
        "--engine paho takes that library instead of the load generator: at most a hundred "
        "clients, "
        "all in one thread, which show what an application on it would see, not what the broker "
        "can bear.\n\n"
        "Without --protocol-version, one client connects first, to learn whether the broker knows "
        "MQTT 5.0; if not, all use 3.1.1. The exit status is 1 when an objective does not hold, or "
        "when more was lost than the QoS allows.\n\n"
        "Errors are failed connects, lost connections, messages and subscriptions that the broker "
        "refused, messages that are not sent because a limit in its CONNACK forbids them, and "
        "messages that were never acknowledged. Summary, JSON, --assert errors=0 and the exit "
        "status count the same; a refusal is exit status 6. When a limit lets no message of a "
        "publisher through, that publisher stops, and the run says that it is incomplete.\n\n"
        "Over plain TCP what is received, acknowledgements too, counts from its arrival in the "
        "kernel, so that the broker is not charged for the time until the generator woke up, which "
        "is reported beside it (arrival_to_read). When messages were sent late, the warning names "
        "who had the time: the generator, the broker (a full in-flight window or socket), other "
        "programs on the machine (the run queue), or the host of a virtual machine (steal).\n\n"
        "In the JSON document counters and whole_run have, beside what was sent and received, "
        "refused (by a reason code), refused_here (by a limit), subscriptions_refused, "
        "unacknowledged and foreign; failures has the reasons. late_s is how late messages were "
        "written, added up over all of an open loop, held_up_s the part of it in which the broker "
        "took no more; late_because_of divides it in shares. Workers have cpu_s, wall_s and "
        "run_queue_s; steal_share is of the machine, connecting_ns the time until every client had "
        "tried to connect, setup.loopback_addresses the number of source addresses that were "
        "taken without being asked for. Intervals are written to the file while the run lasts, "
        "and the file takes its name when it is whole.",
    .groups = publishing_groups,
    .own = specs_of<~0u>,
    .examples = examples,
    .commands = commands,
    .check = no_command,
};

}  // namespace mqtt_toolbox::bench
