#include "share/share_group.hpp"

#include <algorithm>

#include "check/timeout.hpp"

namespace mqtt_toolbox::share {

using namespace check;

using protocol::Qos;

namespace {

/// How long a broker that has granted a shared subscription may take to serve it.
constexpr Timeout proof_timeout = must_come_within(std::chrono::seconds(2));

}  // namespace

std::string shared_filter(const CaseContext& context, std::string_view name,
                          std::string_view filter) {
  return "$share/" + context.share_name(name) + '/' + std::string(filter);
}

bool join(CaseContext& context, ScriptedClient& client, const std::string& filter, Qos qos) {
  const auto code = client.try_subscribe(filter, {.qos = qos});
  if (code && is_failure(*code)) {
    context.abort(unsupported("a shared subscription was refused: " +
                              std::string(name(*code, protocol::PacketType::suback)) +
                              client.said()));
  } else if (!code && !is_alive(context)) {
    context.abort("the broker is gone");
  } else if (!code && client.end()) {
    context.abort(unsupported("a shared subscription ended the connection: " + client.end()->text));
  } else if (!code) {
    context.abort("a shared subscription was not answered");
  } else if (static_cast<Qos>(*code) < qos) {
    context.abort(unsupported("a shared subscription at QoS " +
                              std::to_string(static_cast<int>(qos)) + " was answered with " +
                              std::string(name(*code, protocol::PacketType::suback))));
  }
  return !context.is_aborted();
}

bool grants_shares(CaseContext& context) {
  if (!context.run().limits.shared_subscription_available) {
    context.abort(unsupported("CONNACK says that there are no shared subscriptions"));
    return false;
  }
  ScriptedClient& client = context.connected();
  return join(context, client, shared_filter(context, "granted", context.topic("granted")),
              Qos::at_least_once);
}

bool has_shares(CaseContext& context) {
  if (!grants_shares(context)) return false;
  const std::string topic = context.topic("proof");
  ScriptedClient& client = context.connected();
  if (!join(context, client, shared_filter(context, "proof", topic), Qos::at_least_once))
    return false;
  context.engine_client().publish({topic, "proof", Qos::at_least_once});
  if (!client.wait_for(1, proof_timeout))
    context.abort(
        unsupported("the broker grants shared subscriptions and delivers nothing to them"));
  return !context.is_aborted();
}

Finding as_shared(const CaseContext& context, Finding found) {
  if (context.is_v5() || found.verdict != Verdict::fail) return found;
  found.verdict = Verdict::deviates;
  found.observed += " (before MQTT 5.0 there is no standard for it)";
  return found;
}

Group::Group(CaseContext& context, const std::string& filter, std::size_t members)
    : context_(context), filter_(filter) {
  for (std::size_t i = 0; i < members; ++i) add(context.plan());
}

ScriptedClient& Group::add(client::ConnectPlan plan) {
  ScriptedClient& client = context_.connected(std::move(plan));
  join(context_, client, filter_, context_.variant().qos);
  members_.push_back(&client);
  return client;
}

void Group::ping() {
  for (ScriptedClient* member : members_)
    if (member->online()) member->ping();
}

SequenceTally Group::tally(std::size_t sent) const {
  SequenceTally tally(sent);
  for (const ScriptedClient* member : members_)
    for (const Message& message : member->received()) tally.take(message.payload);
  return tally;
}

std::vector<std::size_t> Group::shares(std::size_t sent) const {
  std::vector<std::size_t> shares;
  for (const ScriptedClient* member : members_)
    shares.push_back(tally_of(member->received(), sent).arrived());
  return shares;
}

void send_to(CaseContext& context, EngineClient& publisher, const std::string& topic,
             std::size_t count, const std::function<bool()>& is_there) {
  if (!send_numbers(publisher, topic, context.variant().qos, count)) return;
  context.wait(is_there, arrival_timeout);
  context.stay(quiet_time);
}

}  // namespace mqtt_toolbox::share
