#include "check/stream.hpp"

#include <algorithm>

#include "check/timeout.hpp"

namespace mqtt_toolbox::check {

using protocol::PacketType;
using protocol::Qos;
using session::Direction;

namespace {

std::string number_text(Qos qos) {
  return std::to_string(static_cast<int>(qos));
}

bool was_answered_with(const ScriptedClient& client, std::size_t packets_before, PacketType type) {
  const auto& packets = client.packets();
  return std::any_of(packets.begin() + static_cast<std::ptrdiff_t>(packets_before), packets.end(),
                     [&](const PacketNote& note) {
                       return note.direction == Direction::received && note.type == type;
                     });
}

}  // namespace

Message numbered(const std::string& topic, Qos qos, std::size_t number) {
  return {topic, std::to_string(number), qos};
}

Message last_of(const std::string& topic, Qos qos) {
  return {topic, std::string(last_payload), qos};
}

std::size_t length_of_stream(const CaseContext& context, std::size_t usual) {
  return context.run().amounts.messages.value_or(usual);
}

client::ConnectPlan withholding(client::ConnectPlan plan) {
  plan.session.acknowledge_at_once = false;
  return plan;
}

bool is_alive(CaseContext& context) {
  ScriptedClient& visitor = context.client();
  const Attempt attempt = visitor.try_connect();
  // What this side lacks says nothing of the broker.
  if (is_local_shortage(attempt)) context.abort(attempt.text);
  if (attempt.kind != Attempt::Kind::accepted) return false;
  visitor.disconnect();
  return true;
}

bool has_qos(CaseContext& context, ScriptedClient& client) {
  if (context.variant().qos != Qos::exactly_once || context.is_aborted())
    return !context.is_aborted();
  const std::size_t before = client.packets().size();
  const auto reason =
      client.try_publish({context.topic("has-qos-2"), "?", Qos::exactly_once}, arrival_timeout);
  if (context.is_aborted()) return false;
  if (was_answered_with(client, before, PacketType::puback))
    context.abort(unsupported("the broker has no QoS 2: it answered PUBLISH with PUBACK"));
  else if (!reason && !is_alive(context))
    context.abort("the broker is gone");
  else if (!reason)
    context.abort(unsupported("the broker has no QoS 2: it did not finish a message" +
                              (client.end() ? ": " + client.end()->text : std::string())));
  else if (is_failure(*reason))
    context.abort("a message was refused: " + std::string(name(*reason, PacketType::pubrec)) +
                  client.said());
  return !context.is_aborted();
}

bool subscribe_at(CaseContext& context, ScriptedClient& client, const std::string& filter,
                  Qos qos) {
  const auto code = client.try_subscribe(filter, {.qos = qos});
  if (!code) {
    context.abort("the subscription was not answered" +
                  (client.end() ? ": " + client.end()->text : std::string()));
  } else if (is_failure(*code) || static_cast<Qos>(*code) < qos) {
    context.abort(unsupported("a subscription at QoS " + number_text(qos) + " was answered with " +
                              std::string(name(*code, PacketType::suback)) + client.said()));
  }
  return !context.is_aborted();
}

bool send_numbers(EngineClient& engine_client, const std::string& topic, Qos qos, std::size_t count,
                  std::size_t first) {
  for (std::size_t number = first; number < first + count; ++number)
    if (!engine_client.send(numbered(topic, qos, number))) return false;
  return engine_client.settle();
}

bool send_last(CaseContext& context, EngineClient& sender, const std::string& topic, Qos qos,
               const std::function<bool()>& has_arrived) {
  if (!sender.publish(last_of(topic, qos))) return false;
  context.wait(has_arrived, arrival_timeout);
  return context.stay(quiet_time);
}

bool has_payload(const std::vector<Message>& messages, std::string_view payload) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const Message& message) { return message.payload == payload; });
}

bool has_stream(const std::vector<Message>& messages, std::size_t count) {
  return has_payload(messages, last_payload) && tally_of(messages, count).lost().empty();
}

SequenceTally tally_of(const std::vector<Message>& messages, std::size_t sent) {
  SequenceTally tally(sent);
  for (const Message& message : messages) tally.take(message.payload);
  return tally;
}

void go_away(CaseContext& context, ScriptedClient& client) {
  client.disconnect();
  context.stay(quiet_time);
}

void end_session(CaseContext& context, ScriptedClient& client) {
  if (context.is_aborted()) return;
  // A broker that is still sending may lose the connection before it reads DISCONNECT, so that the
  // Session Expiry Interval of 0 that it could have would not do.
  client.disconnect();
  client.start_over();
  client.plan().session.clean_start = true;
  client.plan().session.connect_properties.remove(protocol::PropertyId::session_expiry_interval);
  if (client.try_connect().kind == Attempt::Kind::accepted) client.disconnect();
}

bool resume(CaseContext& context, ScriptedClient& client) {
  if (!client.connect()) return false;
  // MQTT 3.1 does not say.
  if (client.session_present() || context.run().version() == protocol::Version::v31) return true;
  context.abort("the broker said Session Present 0, so nothing follows from what it sent");
  return false;
}

}  // namespace mqtt_toolbox::check
