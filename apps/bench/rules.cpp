#include "bench/rules.hpp"

#include <algorithm>

#include "base/byte_order_mark.hpp"
#include "base/system.hpp"
#include "base/utf8.hpp"
#include "bench/assignments.hpp"
#include "bench/csv.hpp"
#include "load/stamp.hpp"
#include "options/control_characters.hpp"
#include "options/secrecy.hpp"
#include "protocol/topic.hpp"
#include "report/result.hpp"

namespace mqtt_toolbox::bench {
namespace {

using load::Scenario;

constexpr std::size_t largest_list = 64u << 20;
constexpr std::size_t default_size = 64;
constexpr unsigned payload_variants = 1000;

tl::unexpected<Error> wrong(std::string text) {
  return fail(ExitCode::usage, std::move(text));
}

bool has_number(std::string_view text) {
  return text.find("{n}") != std::string_view::npos ||
         text.find("{client}") != std::string_view::npos;
}

/// What the load engine has no part for; from the environment or a file it goes unheeded.
Status refuse_foreign(const Settings& settings) {
  for (const std::string_view name : {"trace", "debug"}) {
    const options::Given* given = settings.find(name);
    if (given != nullptr && given->origin.layer == options::Layer::flag)
      return wrong("--" + std::string(name) +
                   ": no packets are shown under load; mqtt-pub and mqtt-sub do that");
  }
  if (!settings.subscribe_properties.empty() || !settings.unsubscribe_properties.empty() ||
      !settings.plan.disconnect_properties.empty())
    return wrong("properties can be given for connect, publish and will only");
  return {};
}

Status read_credentials(Settings& settings) {
  if (settings.credentials_file.empty()) return {};
  const auto text = read_file(settings.credentials_file, largest_list);
  if (!text) return tl::unexpected<Error>(text.error());
  options::SystemOutside outside;
  options::warn_of_readers(outside, settings.credentials_file, settings);
  auto credentials = parse_credentials(without_byte_order_mark(*text));
  if (!credentials)
    return wrong("--credentials: " + printable(settings.credentials_file, 200) + ", " +
                 credentials.error().text);
  settings.work.clients.credentials = std::move(*credentials);
  return {};
}

Status take_connection(Settings& settings) {
  load::Clients& clients = settings.work.clients;
  const client::ConnectPlan& plan = settings.plan;
  clients.transport = plan.transport;
  clients.session = plan.session;
  clients.username = plan.username;
  clients.password = plan.password;
  clients.reconnect = plan.reconnect;
  clients.attempts_in_vain = plan.ends_at_same_packet;
  clients.connect_timeout = plan.connack_timeout;
  if (plan.version) clients.version = *plan.version;
  if (!plan.client_identifier.empty()) clients.identifier = plan.client_identifier;
  if (settings.work.client_count() > 1 && !has_number(clients.identifier))
    return wrong("--id: with several clients each needs its own identifier; put {n} into it");
  return read_credentials(settings);
}

Status check_topic(const std::string& topic, const std::string& where) {
  const auto checked = protocol::check_topic_name(topic);
  return checked ? Status() : Status(wrong(where + ": " + protocol::describe(checked.error())));
}

Status take_topics(Settings& settings) {
  load::Publishing& publishing = settings.work.publishing;
  if (settings.topics_file.empty()) return check_topic(publishing.topic, "--topic");
  const auto text = read_file(settings.topics_file, largest_list);
  if (!text) return tl::unexpected<Error>(text.error());
  std::string_view rest = without_byte_order_mark(*text);
  for (int number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    publishing.topics.emplace_back(line);
    const std::string where =
        printable(settings.topics_file, 200) + ", line " + std::to_string(number);
    if (auto status = check_topic(publishing.topics.back(), where); !status) return status;
  }
  if (publishing.topics.empty()) return wrong("--topics-file: no topic in it");
  return {};
}

/// The payloads that {i} stands for.
void expand_payload(std::string_view text, std::vector<std::string>& payloads) {
  const std::size_t at = text.find("{i}");
  if (at == std::string_view::npos) {
    payloads.emplace_back(text);
    return;
  }
  for (unsigned i = 0; i < payload_variants; ++i) {
    const std::string digits = std::to_string(payload_variants + i).substr(1);
    payloads.push_back(std::string(text.substr(0, at)) + digits + std::string(text.substr(at + 3)));
  }
}

Status take_payloads(Settings& settings) {
  std::vector<std::string>& payloads = settings.work.publishing.payloads;
  payloads.clear();
  if (settings.payload) expand_payload(*settings.payload, payloads);
  for (const std::string& path : settings.payload_files) {
    auto file = read_file(path, protocol::maximum_remaining_length);
    if (!file) return tl::unexpected<Error>(file.error());
    payloads.push_back(std::move(*file));
  }
  if (payloads.empty()) payloads.emplace_back(settings.size.value_or(default_size), 'x');
  return {};
}

/// A roundtrip matches what it receives with what it sent.
Status check_header_fits(const Settings& settings) {
  for (const std::string& payload : settings.work.publishing.payloads) {
    if (payload.size() >= load::Stamp::size) continue;
    return wrong("a payload of " + std::to_string(payload.size()) +
                 " bytes is too small: matching needs the measuring header; give --size " +
                 std::to_string(load::Stamp::size) + " or more");
  }
  return {};
}

void take_client_rate(Settings& settings) {
  load::Publishing& publishing = settings.work.publishing;
  if (settings.rate_per_client) publishing.rate = *settings.rate_per_client * publishing.publishers;
}

/// --messages alone ends a run; with both, whichever comes first.
void take_end(Settings& settings) {
  if (settings.work.publishing.messages != 0 && !settings.given("duration"))
    settings.work.duration = Duration(0);
}

Status check_end(const Settings& settings) {
  if (settings.work.duration.count() > 0 || settings.work.publishing.messages > 0) return {};
  return wrong("nothing would be measured; give --duration or --messages");
}

/// What a scenario has to do with an objective at all.
Status check_metric(const Settings& settings, const report::Objective& objective) {
  const Scenario scenario = settings.work.scenario;
  const std::string_view metric = objective.metric;
  const bool of_streams = metric == "loss" || metric == "duplicates" || metric == "reordered";
  if (of_streams && scenario != Scenario::roundtrip)
    return wrong("\"" + objective.text + "\": only roundtrip sees what becomes of each message");
  const bool of_messages = of_streams || metric == "rate" || metric == "received-rate";
  if (of_messages && scenario == Scenario::connect)
    return wrong("\"" + objective.text + "\": connect has no messages");
  const bool plain_latency =
      metric == "max" || metric == "mean" || (metric.starts_with('p') && metric.size() > 1);
  if (plain_latency && scenario == Scenario::publish &&
      settings.work.publishing.qos == protocol::Qos::at_most_once)
    return wrong("\"" + objective.text +
                 "\": QoS 0 has no acknowledgement to wait for; give -q 1, or use roundtrip");
  if (plain_latency && scenario == Scenario::subscribe)
    return wrong("\"" + objective.text + "\": only roundtrip knows when a message was sent");
  return {};
}

Status add_objectives(Settings& settings, std::string_view option, const std::string& text) {
  auto parsed = report::parse_objectives(text);
  if (!parsed)
    return fail(parsed.error().code, "--" + std::string(option) + ": " + parsed.error().text);
  for (report::Objective& objective : *parsed) {
    if (auto status = check_metric(settings, objective); !status)
      return wrong("--" + std::string(option) + ": " + status.error().text);
    settings.objectives.push_back(std::move(objective));
  }
  return {};
}

Status take_objectives(Settings& settings) {
  if (!settings.assertions.empty()) {
    if (auto status = add_objectives(settings, "assert", settings.assertions); !status)
      return status;
  }
  if (!settings.max_loss) return {};
  return add_objectives(settings, "max-loss", "loss<=" + *settings.max_loss);
}

Status take_calibration(Settings& settings) {
  if (settings.calibration_file.empty()) return {};
  const auto calibration = report::read_result(settings.calibration_file);
  if (!calibration)
    return fail(calibration.error().code, "--calibration: " + calibration.error().text);
  settings.calibrated_rate = report::sent_rate(calibration->measurement);
  return {};
}

std::string shared(const Settings& settings, const std::string& filter) {
  return settings.share.empty() ? filter : "$share/" + settings.share + "/" + filter;
}

/// One subscriber for each publisher, so that {n} means the same to both; the members of a group
/// have to want the same.
bool are_pairs(const Settings& settings) {
  return settings.share.empty() &&
         settings.work.publishing.publishers == settings.work.subscribing.subscribers;
}

/// The publishers' topics as filters: of pairs each takes its partner's, otherwise all take all.
std::vector<std::string> filters_of_topics(const Settings& settings) {
  const load::Publishing& publishing = settings.work.publishing;
  if (!publishing.topics.empty()) return publishing.topics;
  std::string filter = publishing.topic;
  for (const std::string_view name : {"{n}", "{client}"}) {
    if (name == "{n}" && are_pairs(settings)) continue;
    for (std::size_t at; (at = filter.find(name)) != std::string::npos;)
      filter.replace(at, name.size(), "+");
  }
  return {filter};
}

/// A wildcard has to have its level for itself.
Status take_filters(Settings& settings) {
  load::Subscribing& subscribing = settings.work.subscribing;
  std::vector<std::string> filters =
      settings.filters.empty() ? filters_of_topics(settings) : settings.filters;
  subscribing.filters.clear();
  for (const std::string& filter : filters) {
    if (const auto checked = protocol::check_topic_filter(filter); !checked)
      return wrong("the topic \"" + printable(filter, 100) +
                   "\" makes no filter for the subscribers; give --filter");
    subscribing.filters.push_back(shared(settings, filter));
  }
  return {};
}

/// The search would find the engine's limit, not the broker's.
Status refuse_engine(const Settings& settings) {
  const options::Given* engine = settings.find("engine");
  if (engine == nullptr || settings.plan.engine == client::Engine::native) return {};
  if (engine->origin.layer == options::Layer::flag)
    return wrong("--engine: search loads the broker with the native engine only");
  return {};
}

Status check_characters(const Settings& settings) {
  const load::Publishing& publishing = settings.work.publishing;
  auto checked = options::check_control_characters(settings);
  if (checked) checked = options::check_control_characters(settings, "topic", publishing.topic);
  for (const std::string& topic : publishing.topics)
    if (checked) checked = options::check_control_characters(settings, "topics-file", topic);
  for (const std::string& filter : settings.work.subscribing.filters)
    if (checked) checked = options::check_control_characters(settings, "filter", filter);
  return checked;
}

/// What all runs have in common, once their clients are known.
Status finish_run(Settings& settings) {
  settings.outlets.json = settings.json;
  return refuse_foreign(settings)
      .and_then([&] { return take_connection(settings); })
      .and_then([&] { return check_characters(settings); })
      .and_then([&] { return check_end(settings); })
      .and_then([&] { return take_objectives(settings); })
      .and_then([&] { return take_calibration(settings); });
}

Status take_messages_to_send(Settings& settings) {
  load::Plan& work = settings.work;
  work.publishing.properties = settings.publish_properties;
  if (!settings.given("subscribe-qos")) work.subscribing.qos = work.publishing.qos;
  take_client_rate(settings);
  take_end(settings);
  return take_topics(settings).and_then([&] { return take_payloads(settings); });
}

constexpr double default_roundtrip_rate = 1000;

void take_clients(Settings& settings) {
  if (!settings.given("clients")) return;
  if (!settings.given("publishers")) settings.work.publishing.publishers = settings.clients;
  if (!settings.given("subscribers")) settings.work.subscribing.subscribers = settings.clients;
}

Status check_pairs(Settings& settings) {
  take_clients(settings);
  settings.work.scenario = Scenario::roundtrip;
  settings.work.subscribing.subscribers = std::max(1u, settings.work.subscribing.subscribers);
  return take_messages_to_send(settings)
      .and_then([&] { return check_header_fits(settings); })
      .and_then([&] { return take_filters(settings); })
      .and_then([&] { return finish_run(settings); });
}

}  // namespace

Status check_connect(options::Settings& base) {
  Settings& settings = bench_of(base);
  settings.work.scenario = Scenario::connect;
  settings.work.idle_clients = settings.clients;
  return finish_run(settings);
}

Status check_publish(options::Settings& base) {
  Settings& settings = bench_of(base);
  settings.work.scenario = Scenario::publish;
  settings.work.publishing.publishers = settings.clients;
  return take_messages_to_send(settings).and_then([&] { return finish_run(settings); });
}

Status check_subscribe(options::Settings& base) {
  Settings& settings = bench_of(base);
  settings.work.scenario = Scenario::subscribe;
  settings.work.subscribing.subscribers = settings.clients;
  if (settings.filters.empty() && !settings.given("topic"))
    return wrong("no filter; give it with -t FILTER");
  if (settings.filters.empty()) settings.filters = {settings.work.publishing.topic};
  settings.work.subscribing.qos = settings.work.publishing.qos;
  return take_filters(settings).and_then([&] { return finish_run(settings); });
}

Status check_roundtrip(options::Settings& base) {
  Settings& settings = bench_of(base);
  if (!settings.given("rate") && !settings.rate_per_client)
    settings.work.publishing.rate = default_roundtrip_rate;
  return check_pairs(settings);
}

Status check_search(options::Settings& base) {
  Settings& settings = bench_of(base);
  constexpr Duration step = std::chrono::seconds(5);
  if (settings.slo.empty())
    return wrong("nothing to hold; give the objectives with --slo, such as 'p99<5ms,loss=0'");
  if (!settings.given("duration")) settings.work.duration = step;
  if (settings.search.first_rate > settings.search.highest_rate)
    return wrong("--first-rate is above --highest-rate");
  if (auto status = refuse_engine(settings); !status) return status;
  settings.plan.engine = client::Engine::native;
  return check_pairs(settings).and_then(
      [&] { return add_objectives(settings, "slo", settings.slo); });
}

Status check_sink(options::Settings& base) {
  const load::NullFaults& faults = bench_of(base).sink.faults;
  if (faults.stall.count() > 0 && faults.stall >= faults.stall_every)
    return wrong("--stall is not shorter than --stall-every");
  if (!base.given("route")) bench_of(base).sink.route = true;
  return {};
}

Status check_files(options::Settings& settings) {
  if (settings.positionals.empty()) return wrong("no result file; name one or more");
  return {};
}

Status check_compare(options::Settings& settings) {
  if (settings.positionals.size() == 2) return {};
  return wrong("compare takes BEFORE and AFTER: each a result file, or a folder of them");
}

}  // namespace mqtt_toolbox::bench
