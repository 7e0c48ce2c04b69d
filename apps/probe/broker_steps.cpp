#include "probe/broker_steps.hpp"

#include <algorithm>

namespace mqtt_toolbox::probe {

using namespace check;

const BrokerBounds& bounds(const CaseContext& context) {
  static constexpr BrokerBounds usual;
  const void* company = context.run().company;
  return company != nullptr ? *static_cast<const BrokerBounds*>(company) : usual;
}

Message message(std::string topic, std::string payload, protocol::Qos qos) {
  return {std::move(topic), std::move(payload), qos};
}

Message retained_message(std::string topic, std::string payload) {
  return {std::move(topic), std::move(payload), protocol::Qos::at_least_once, true};
}

Finding against_refused(ScriptedClient& publisher, const std::string& topic, Finding found) {
  if (found.verdict == Verdict::fail)
    (void)publisher.try_publish(message(topic, "refused?"), arrival_timeout);
  return found;
}

std::size_t count_of(const ScriptedClient& client, std::string_view payload) {
  const auto& all = client.received();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Message& m) {
    return payload.empty() || m.payload == payload;
  }));
}

const Message* find_message(const ScriptedClient& client, std::string_view payload) {
  for (const Message& message : client.received())
    if (message.payload == payload) return &message;
  return nullptr;
}

const Message* wait_for_message(CaseContext& context, const ScriptedClient& client,
                                std::string_view payload, Timeout timeout) {
  context.wait([&] { return find_message(client, payload) != nullptr || client.end(); }, timeout);
  return find_message(client, payload);
}

void say_goodbye(CaseContext& context, RawClient& client) {
  client.send(protocol::Disconnect{});
  context.stay_until([&] { return !client.online(); }, arrival_timeout.time);
  if (!client.online() || context.is_aborted()) return;
  client.client().cut(transport::Ending::fin);
  context.stay(quiet);
}

bool come_back(CaseContext& context, RawClient& client) {
  client.plan().session.clean_start = false;
  client.forget_answers();
  if (client.try_connect().kind == Attempt::Kind::accepted) return true;
  client.client().cut(transport::Ending::fin);
  return context.stay(quiet) && client.connect();
}

}  // namespace mqtt_toolbox::probe
