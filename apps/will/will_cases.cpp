#include <algorithm>
#include <iterator>

#include "check/added.hpp"
#include "check/foreign.hpp"
#include "check/violation.hpp"
#include "will/will_contents.hpp"
#include "will/will_cuts.hpp"
#include "will/will_delays.hpp"

// The table of cases, and the scripts of those that end a connection in one way or another.

namespace mqtt_toolbox::will {

using namespace check;

using protocol::Qos;
using protocol::ReasonCode;

namespace {

constexpr Duration quiet_after_disconnect = std::chrono::milliseconds(500);
/// With one second it shows which brokers count in halves, and nothing else.
constexpr std::uint16_t short_keep_alive = 2;

constexpr Variant will_variants[] = {
    {"qos0", Qos::at_most_once, false},  {"qos0-retain", Qos::at_most_once, true},
    {"qos1", Qos::at_least_once, false}, {"qos1-retain", Qos::at_least_once, true},
    {"qos2", Qos::exactly_once, false},  {"qos2-retain", Qos::exactly_once, true},
};

constexpr Variant qos_variants[] = {
    {"qos0", Qos::at_most_once}, {"qos1", Qos::at_least_once}, {"qos2", Qos::exactly_once}};

constexpr Variant retain_variants[] = {{"qos0", Qos::at_most_once, true},
                                       {"qos1", Qos::at_least_once, true},
                                       {"qos2", Qos::exactly_once, true}};

using MakeCut = Time (*)(CaseContext&, ScriptedClient&);

bool is_silence(MakeCut cut) {
  return cut == cut_by_silence;
}

/// From the end of the connection to when the broker has to publish the will: the will delay, or
/// the end of the session where that is sooner (MQTT 5.0 section 3.1.3.2.2).
std::chrono::seconds delay_of(const client::ConnectPlan& plan, protocol::Version version) {
  if (version != protocol::Version::v5) return {};
  const auto delay =
      plan.session.will->properties.view().number(protocol::PropertyId::will_delay_interval);
  const auto expiry =
      plan.session.connect_properties.view().number(protocol::PropertyId::session_expiry_interval);
  return std::chrono::seconds(std::min(delay.value_or(0), expiry.value_or(0)));
}

Window operator+(Window window, std::chrono::seconds delay) {
  if (delay != delay.zero()) window.earliest += delay - timers_are_coarse;
  window.latest += delay;
  window.timeout += delay;
  return window;
}

Finding play_cut(CaseContext& context, const client::ConnectPlan& plan, MakeCut cut,
                 Judged judged = Judged::arrival) {
  Observation observation(context, *company(context).observers);
  const session::WillSettings& will = *plan.session.will;
  const auto delay = delay_of(plan, context.run().version());
  const bool takes_over = cut == cut_by_take_over;
  ScriptedClient& process = context.connected(plan);
  const Window window = is_silence(cut) ? window_of_silence(process) : Window{};
  const Time since = cut(context, process);
  if (context.is_aborted()) return {};
  // Who takes over within the delay either ends the session or calls the will off.
  const bool is_called_off = takes_over && delay != delay.zero() && !plan.session.clean_start;
  if (cut == cut_by_disconnect || is_called_off)
    return expect_no_will(context, observation, will.topic, quiet_after_disconnect + delay);
  return expect_will(context, observation, will, since,
                     window + (takes_over ? std::chrono::seconds(0) : delay), judged);
}

template <MakeCut cut>
Finding will_after(CaseContext& context) {
  client::ConnectPlan plan = mortal(context, context.topic("will"));
  if (is_silence(cut)) plan.session.keep_alive = short_keep_alive;
  return play_cut(context, plan, cut);
}

/// The broker must see that the flags are wrong (MQTT-3.14.1-1). MQTT 3.1.1 wants no more of it
/// than the end of the connection, which is that of any DISCONNECT too.
Finding will_after_flawed_disconnect(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  const client::ConnectPlan plan = mortal(context, context.topic("will"));
  ScriptedClient& process = context.connected(plan);
  const Time since = cut_by_flawed_disconnect(context, process);
  if (context.is_aborted()) return {};
  Finding found = expect_will(context, observation, *plan.session.will, since);
  if (found.verdict != Verdict::fail) return found;
  // It has seen it; what becomes of wills after errors is another case.
  const auto reason = process.end()->reason;
  if (reason && is_failure(*reason)) return pass(process.end()->text + ", " + found.observed);
  if (!context.is_v5()) found.verdict = Verdict::deviates;
  return found;
}

/// The client process's will and session are the user's own.
client::ConnectPlan own_plan(CaseContext& context) {
  client::ConnectPlan plan = context.run().plan;
  plan.engine = client::Engine::native;
  if (plan.client_identifier.empty()) plan.client_identifier = context.new_identifier();
  plan.session_use = client::SessionUse::as_given;
  plan.reconnect.attempts = 0;
  check_limits(context, *plan.session.will);
  return plan;
}

/// Of the user's own will: the topic gets back what it retained before. When that fails, or comes
/// to nothing because the case is aborted, it is tried again at the end of the run.
Finding with_value_put_back(CaseContext& context, Finding finding) {
  if (!context.is_aborted() && company(context).earlier)
    (void)company(context).earlier->put_back(context);
  return finding;
}

template <MakeCut cut>
Finding own_will_after(CaseContext& context) {
  return with_value_put_back(context,
                             play_cut(context, own_plan(context), cut, Judged::everything));
}

/// Of a will after a reset, one promise.
template <Judged judged>
Finding will_keeps(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  return against_control(
      context, observation,
      play_cut(context, mortal(context, context.topic("will")), cut_by_reset, judged));
}

// A process that is killed.

client::ConnectPlan plan_of_process(CaseContext& context) {
  return context.run().plan.session.will ? own_plan(context)
                                         : mortal(context, context.topic("will"));
}

bool connect_process(CaseContext& context) {
  return context.client(plan_of_process(context)).connect();
}

Finding will_after_kill(CaseContext& context) {
  Observation observation(context, *company(context).observers);
  const client::ConnectPlan plan = plan_of_process(context);
  const session::WillSettings& will = *plan.session.will;
  if (context.is_aborted()) return {};
  // The process has the same identifier, and a list of leftovers of its own.
  context.note_connect(plan, context.run().version());
  ClientProcess& process = *company(context).processes.at({context.task().name(), context.play()});
  if (!process.connect(context)) return {};
  const Time cut = process.kill();
  Finding finding = expect_will(context, observation, will, cut,
                                Window{} + delay_of(plan, context.run().version()));
  return with_value_put_back(context, std::move(finding));
}

/// The old connection is told why it ends.
Finding take_over_reason(CaseContext& context) {
  ScriptedClient& process = context.connected();
  cut_by_take_over(context, process);
  if (!process.end()) return {};
  if (process.end()->reason == ReasonCode::session_taken_over)
    return pass("DISCONNECT 0x8E, Session taken over");
  return deviates("closed without DISCONNECT 0x8E: " + process.end()->text);
}

constexpr Duration limit_of_silence = std::chrono::seconds(25);

constexpr Case cases[] = {
    {"disconnect", "3.14.4", "no will after DISCONNECT 0x00", will_after<cut_by_disconnect>,
     Versions::all, will_variants},
    {"disconnect-with-will", "3.14.2.1", "DISCONNECT 0x04 has the will published",
     will_after<cut_by_disconnect_with_will>, Versions::v5_only, will_variants},
    {"disconnect-with-error", "3.14.4",
     "a DISCONNECT with any other reason than 0x00 leaves the will in force",
     will_after<cut_by_error_disconnect>, Versions::v5_only},
    {"fin", "3.1.2.5", "the will is published when the connection is closed without DISCONNECT",
     will_after<cut_by_fin>, Versions::all, will_variants},
    {"rst", "3.1.2.5", "the will is published when the connection is reset",
     will_after<cut_by_reset>, Versions::all, will_variants},
    {"silence", "3.1.2.10",
     "the will is published when nothing comes for one and a half times the keep-alive",
     will_after<cut_by_silence>, Versions::all, will_variants, limit_of_silence},
    {"kill", "3.1.2.5", "the will is published when the client's process is killed",
     will_after_kill, Versions::all, will_variants},
    {"protocol-error", "3.1.2.5",
     "the will is published when the broker closes because of a protocol error",
     will_after<cut_by_protocol_error>, Versions::all, will_variants},
    {"flawed-disconnect", "3.14.1",
     "the will is published when the flags of DISCONNECT are wrong, which makes it none",
     will_after_flawed_disconnect},
    {"take-over", "3.1.4", "the will is published when another client takes over the identifier",
     will_after<cut_by_take_over>, Versions::all, will_variants},
    {"take-over-reason", "3.1.4", "the client that was taken over is told so with DISCONNECT 0x8E",
     take_over_reason, Versions::v5_only},
    {"delay", "3.1.3.2.2", "the will is published when the will delay is over, and not before",
     will_after_delay, Versions::v5_only},
    {"delay-and-session-end", "3.1.3.2.2",
     "the will is published when the session ends before the will delay is over",
     will_at_session_end, Versions::v5_only},
    {"delay-without-session", "3.1.3.2.2",
     "a will delay does not hold back the will of a session that ends with its connection",
     will_without_session, Versions::v5_only},
    {"delay-called-off", "3.1.3.2.2",
     "no will when the client is back before the will delay is over", will_called_off,
     Versions::v5_only},
    {"delay-and-clean-start", "3.1.3.2.2",
     "the will is published when a clean start ends the session within the will delay",
     will_at_clean_start, Versions::v5_only},
    {"qos", "3.1.2.6", "the will comes at its QoS, or at the subscriber's where that is lower",
     will_keeps<Judged::qos>, Versions::all, qos_variants},
    {"retained", "3.1.2.7", "a will with Will Retain stays for late subscribers, marked RETAIN",
     will_keeps<Judged::retention>, Versions::all, retain_variants},
    {"not-retained", "3.1.2.7", "a will without Will Retain is not kept",
     will_keeps<Judged::retention>},
    {"once", "3.1.2.5", "the will is published once", will_keeps<Judged::once>},
    {"payload", "3.1.3.4", "every byte of the will's payload arrives", payload_intact},
    {"empty-payload", "3.1.3.4", "a will of zero bytes arrives", empty_payload_intact},
    {"payload-format", "3.1.3.2.3", "the payload format indicator is passed on",
     property_intact<protocol::PropertyId::payload_format_indicator>, Versions::v5_only},
    {"message-expiry", "3.1.3.2.4", "the message expiry interval is passed on",
     property_intact<protocol::PropertyId::message_expiry_interval>, Versions::v5_only},
    {"content-type", "3.1.3.2.5", "the content type is passed on",
     property_intact<protocol::PropertyId::content_type>, Versions::v5_only},
    {"response-topic", "3.1.3.2.6", "the response topic is passed on",
     property_intact<protocol::PropertyId::response_topic>, Versions::v5_only},
    {"correlation-data", "3.1.3.2.7", "the correlation data are passed on",
     property_intact<protocol::PropertyId::correlation_data>, Versions::v5_only},
    {"user-properties", "3.1.3.2.8", "the user properties are passed on in their order",
     property_intact<protocol::PropertyId::user_property>, Versions::v5_only},
    {"too-big-for-receiver", "3.1.2.11.4",
     "a will over a receiver's maximum packet size is not sent to that receiver",
     too_big_for_receiver, Versions::v5_only},
    {"too-big-for-broker", "3.2.2.3.6",
     "a will over the broker's maximum packet size is refused with 0x95 or a close",
     too_big_for_broker, Versions::v5_only},
    {"wildcard-topic", "3.1.3.3", "a will to a topic with a wildcard is not delivered",
     wildcard_topic},
    no_foreign_messages,
    no_added_properties,
    packets_to_observers,
};

constexpr Case kick{"kick",
                    "3.1.2.5",
                    "the will is published when the broker throws the client out (with --kick)",
                    will_after<cut_by_kick>,
                    Versions::all,
                    will_variants};
constexpr Case refused_topic{
    "refused-topic", "3.1.4",
    "a will to a topic that the client may not publish to is not delivered (with --refused-topic)",
    will_to_refused_topic};

/// Those whose cut the user chooses, for the user's own will.
constexpr Case own_cases[] = {
    {own_will_cuts[0], "3.14.4", "no will after DISCONNECT 0x00",
     own_will_after<cut_by_disconnect>},
    {own_will_cuts[1], "3.14.2.1", "DISCONNECT 0x04 has the will published",
     own_will_after<cut_by_disconnect_with_will>, Versions::v5_only},
    {own_will_cuts[2], "3.1.2.5", "the will is published", own_will_after<cut_by_fin>},
    {own_will_cuts[3], "3.1.2.5", "the will is published", own_will_after<cut_by_reset>},
    {own_will_cuts[4], "3.1.2.10", "the will is published", own_will_after<cut_by_silence>,
     Versions::all},
    {own_will_cuts[5], "3.1.2.5", "the will is published", will_after_kill},
    {own_will_cuts[6], "3.1.2.5", "the will is published", own_will_after<cut_by_protocol_error>},
    {own_will_cuts[7], "3.1.4", "the will is published", own_will_after<cut_by_take_over>},
};

}  // namespace

std::span<const Case> will_cases() {
  return cases;
}
const Case& will_kick_case() {
  return kick;
}
const Case& will_refused_topic_case() {
  return refused_topic;
}

Case own_will_case(std::string_view cut, const client::ConnectPlan& plan) {
  Case chosen = *std::find_if(std::begin(own_cases), std::end(own_cases),
                              [&](const Case& played) { return played.name == cut; });
  chosen.needs_rights = false;
  // Its client identifier and its topic are the user's.
  chosen.alone = true;
  chosen.limit += delay_of(plan, protocol::Version::v5) +
                  std::chrono::milliseconds(1500) * plan.session.keep_alive +
                  std::chrono::seconds(10);
  return chosen;
}

Status fork_processes(const RunContext& run, unsigned replays, ClientProcesses& processes) {
  for (const Task& task : run.tasks) {
    if (task.played->play != will_after_kill) continue;
    for (unsigned play = 0; play <= replays; ++play) {
      auto process = ClientProcess::fork(run, task, play, connect_process);
      if (!process) return tl::unexpected<Error>(process.error());
      processes[{task.name(), play}] = std::move(*process);
    }
  }
  return {};
}

}  // namespace mqtt_toolbox::will
