#include "probe/broker_steps.hpp"

#include <algorithm>

namespace mqtt_toolbox::probe {

using namespace check;

const BrokerBounds& bounds(const Scene& scene) {
  static constexpr BrokerBounds usual;
  const void* company = scene.ground().company;
  return company != nullptr ? *static_cast<const BrokerBounds*>(company) : usual;
}

Message message(std::string topic, std::string payload, protocol::Qos qos) {
  return {std::move(topic), std::move(payload), qos};
}

Message retained_message(std::string topic, std::string payload) {
  return {std::move(topic), std::move(payload), protocol::Qos::at_least_once, true};
}

Finding against_refused(Wire& publisher, const std::string& topic, Finding found) {
  if (found.verdict == Verdict::fail)
    (void)publisher.try_publish(message(topic, "refused?"), arrival_patience);
  return found;
}

std::size_t count_of(const Wire& wire, std::string_view payload) {
  const auto& all = wire.received();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Message& m) {
    return payload.empty() || m.payload == payload;
  }));
}

const Message* find_message(const Wire& wire, std::string_view payload) {
  for (const Message& message : wire.received())
    if (message.payload == payload) return &message;
  return nullptr;
}

const Message* wait_for_message(Scene& scene, const Wire& wire, std::string_view payload,
                                Patience patience) {
  scene.wait([&] { return find_message(wire, payload) != nullptr || wire.end(); }, patience);
  return find_message(wire, payload);
}

void say_goodbye(Scene& scene, Bare& client) {
  client.send(protocol::Disconnect{});
  scene.stay_until([&] { return !client.online(); }, arrival_patience.time);
  if (!client.online() || scene.in_trouble()) return;
  client.wire().cut(transport::Ending::fin);
  scene.stay(quiet);
}

bool come_back(Scene& scene, Bare& client) {
  client.plan().session.clean_start = false;
  client.forget_answers();
  if (client.try_connect().kind == Attempt::Kind::accepted) return true;
  client.wire().cut(transport::Ending::fin);
  return scene.stay(quiet) && client.connect();
}

}  // namespace mqtt_toolbox::probe
