#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "probe/broker_steps.hpp"
#include "probe/malformed_steps.hpp"

// What the broker does with packets that are right in themselves, and that a client may not send
// after what was said before.

namespace mqtt_toolbox::probe {

using namespace check;

using protocol::PacketType;
using protocol::PropertyId;
using protocol::Qos;
using protocol::ReasonCode;

namespace {

constexpr std::uint8_t publish_qos_1 = 0x32;

/// PUBLISH at QoS 1 with the topic alias 1. An empty topic: the one that the alias stands for.
std::string publish_by_alias(std::string_view topic) {
  return raw_packet(publish_qos_1,
                    utf8_string(topic) + two_bytes(1) + std::string("\x03\x23\0\1", 4) + "payload");
}

/// MQTT 5.0 section 3.3.2.3.4; above its maximum it is a protocol error too.
std::string alias_unset(CaseContext&) {
  return publish_by_alias("");
}

/// A receiver must not carry aliases from one connection to another (MQTT-3.3.2-7).
Finding alias_of_earlier_connection(CaseContext& context) {
  if (context.run().limits.topic_alias_maximum == 0) return unsupported("it allows no alias");
  RawClient client(context, context.kept_plan());
  if (!client.connect()) return {};
  client.send_bytes(publish_by_alias(context.topic("t")));
  const bool was_set = client.wait_for(PacketType::puback, arrival_timeout) != nullptr;
  if (!was_set && !context.is_aborted())
    context.abort("a message that sets an alias was not acknowledged");
  say_goodbye(context, client);
  if (context.is_aborted() || !come_back(context, client)) return {};
  const Finding found = refusal_by(context, client, publish_by_alias(""), PacketType::puback);
  client.client().cut(transport::Ending::fin);
  end_session(context, client.client());
  return found;
}

/// What the broker did with one message more than it takes at once.
Finding excess_finding(const RawClient& client, std::size_t allowed) {
  std::size_t taken = 0;
  const RawClient::Answer* refusal = nullptr;
  for (const RawClient::Answer& answer : client.answers()) {
    if (answer.type != PacketType::pubrec) continue;
    if (is_failure(answer.reason)) refusal = &answer;
    taken += !is_failure(answer.reason);
  }
  const std::string text = fmt::format("{} open messages, where it takes {}", taken, allowed);
  if (taken > allowed) return broken("took " + text);
  if (refusal != nullptr)
    return deviates("refused what was too much with PUBREC " +
                    reason_text(refusal->reason, PacketType::pubrec) + refusal->said +
                    ", and did not close");
  return deviates("neither took nor refused the message too many");
}

/// MQTT 5.0 section 3.3.4 wants DISCONNECT 0x93; to close is a must (MQTT-4.13.1-1).
Finding receive_maximum_exceeded(CaseContext& context) {
  constexpr std::uint32_t most = 1000;
  if (context.run().limits.maximum_qos != Qos::exactly_once)
    return unsupported("without QoS 2 no message stays open");
  RawClient client(context);
  if (!client.connect()) return {};
  const std::uint32_t allowed =
      client.client().connack_properties().number(PropertyId::receive_maximum).value_or(65'535);
  if (allowed > most)
    return unsupported(fmt::format("it takes {} at once, too many to exceed here", allowed));
  const std::string topic = context.topic("open");
  if (!context.begin_harm()) return {};
  client.forget_answers();
  for (std::uint32_t id = 1; id <= allowed + 1; ++id)
    client.send(protocol::Publish{topic, "x", static_cast<std::uint16_t>(id), Qos::exactly_once});
  client.client().wait_for_answer(
      [&] { return client.count(PacketType::pubrec) > allowed || !client.online(); },
      reaction_timeout);
  // One that refuses with PUBREC first may close behind it.
  context.wait([&] { return !client.online(); }, reaction_timeout.time);
  if (context.is_aborted()) return {};
  const auto& end = client.client().end();
  return end ? pass(end->text) : excess_finding(client, allowed);
}

/// A protocol error by MQTT 5.0 section 3.2.2.3.6.
Finding packet_size_exceeded(CaseContext& context) {
  RawClient client(context);
  if (!client.connect()) return {};
  const auto allowed = client.client().connack_properties().number(PropertyId::maximum_packet_size);
  if (!allowed) return unsupported("it announces no Maximum Packet Size");
  if (*allowed > bounds(context).packet)
    return unsupported(fmt::format("it takes {} bytes, too many to exceed here", *allowed));
  std::string rest = utf8_string(context.topic("t")) + two_bytes(1) + no_properties(context);
  // The fixed header comes on top of it.
  rest.resize(std::max<std::size_t>(rest.size(), *allowed), 'x');
  return refusal_by(context, client, raw_packet(publish_qos_1, rest), PacketType::puback);
}

/// Whether the session of a client that is gone is still there after a while; it is not afterwards.
std::optional<bool> is_kept(CaseContext& context, RawClient& client) {
  client.client().cut(transport::Ending::fin);
  if (!context.stay(std::chrono::seconds(1)) || !come_back(context, client)) return std::nullopt;
  const bool kept = client.client().session_present();
  client.client().cut(transport::Ending::fin);
  end_session(context, client.client());
  return kept;
}

/// MQTT 5.0 section 3.14.2.2.2: such a packet is no valid DISCONNECT, and the session ends with the
/// connection (MQTT-4.1.0-2).
Finding disconnect_raises_expiry(CaseContext& context) {
  constexpr std::uint32_t raised = 60;
  protocol::PropertyList properties(protocol::PropertyPlace::disconnect);
  (void)properties.add(PropertyId::session_expiry_interval, raised);
  RawClient client(context);
  if (!client.connect()) return {};
  (void)client.subscribe(context.topic("a"), Qos::at_least_once, arrival_timeout);
  // A broker that obeys keeps it.
  client::ConnectPlan kept = context.kept_plan();
  kept.client_identifier = client.plan().client_identifier;
  context.note_connect(kept, context.run().version());
  if (!context.begin_harm()) return {};
  client.send(protocol::Disconnect{ReasonCode::success, properties.view()});
  const bool is_over = client.client().wait_for_end(arrival_timeout);
  const std::string how = is_over ? client.client().end()->text : std::string();
  const auto obeyed = is_kept(context, client);
  if (!obeyed || context.is_aborted()) return {};
  if (*obeyed) return broken("the session is kept: Session Present is 1 on the next connection");
  return is_over ? pass(how) : broken("the connection stays open, but the session ended with it");
}

// Wills that the broker has said it does not have.

/// CONNECT with a will at that QoS, or a retained one. Nothing becomes of a will that is accepted.
Finding will_finding(CaseContext& context, const protocol::Will& will, bool is_allowed,
                     ReasonCode wanted) {
  RawClient client(context);
  protocol::Connect connect = client.connect_packet();
  connect.will = will;
  if (!context.begin_harm()) return {};
  const Attempt attempt = client.try_bytes(client.encoded(connect));
  if (client.online()) say_goodbye(context, client);
  if (context.is_aborted()) return {};
  switch (attempt.kind) {
    case Attempt::Kind::accepted:
      return is_allowed ? pass("accepted, as it announces") : broken("accepted it");
    case Attempt::Kind::refused:
    case Attempt::Kind::closed:
      if (is_allowed) return deviates("refused what it announces: " + attempt.text);
      return attempt.reason == wanted ? pass(attempt.text) : deviates(attempt.text);
    case Attempt::Kind::silent: return broken("neither an answer nor an end");
    case Attempt::Kind::unreachable: break;
  }
  return inconclusive(attempt.text);
}

/// MQTT-3.2.2-12; the reason is a should.
Finding will_qos(CaseContext& context) {
  const std::string topic = context.topic("will");
  return will_finding(context, {topic, "will", Qos::exactly_once},
                      context.run().limits.maximum_qos == Qos::exactly_once,
                      ReasonCode::qos_not_supported);
}

/// MQTT-3.2.2-13; the reason is a should.
Finding will_retain(CaseContext& context) {
  const std::string topic = context.topic("will");
  return will_finding(context, {topic, "will", Qos::at_most_once, true},
                      context.run().limits.retain_available, ReasonCode::retain_not_supported);
}

constexpr std::array cases{
    Case{"will-qos", "3.2.2.3.4", "refuses a will at QoS 2 where it has announced a lower maximum",
         will_qos, Versions::v5_only},
    Case{"will-retain", "3.2.2.3.5",
         "refuses a will with Will Retain where it has announced that it does not retain",
         will_retain, Versions::v5_only},
    Case{"alias-unset", "3.3.2.3.4", "takes no topic alias that was not set",
         refuses<alias_unset, PacketType::puback>, Versions::v5_only},
    Case{"alias-of-earlier-connection", "3.3.2.3.4",
         "takes no topic alias that was set on an earlier connection", alias_of_earlier_connection,
         Versions::v5_only},
    Case{"receive-maximum-exceeded", "3.3.4",
         "closes the connection of a client that exceeds its Receive Maximum",
         receive_maximum_exceeded, Versions::v5_only},
    Case{"packet-size-exceeded", "3.2.2.3.6",
         "closes the connection at a packet above its Maximum Packet Size", packet_size_exceeded,
         Versions::v5_only},
    Case{"disconnect-raises-expiry", "3.14.2.2.2",
         "lets no DISCONNECT give a session an expiry that had none", disconnect_raises_expiry,
         Versions::v5_only},
};

}  // namespace

std::span<const Case> forbidden_cases() {
  return cases;
}

}  // namespace mqtt_toolbox::probe
